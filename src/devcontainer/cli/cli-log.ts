import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { detailOf, parseEvent, renderEvent, type CliEvent } from "./cli-output.ts";

/** Characters that are kept of one event. The end is kept, because it has the failure. */
const maxLength = 64 * 1024;

/** The log of one run of the CLI. */
export interface CliLog {
  /** the events so far; if there are very many, the last ones */
  events: CliEvent[];
  take(line: string): void;
  close(): Promise<void>;
}

/**
 * @param logFile appended to
 * @param onDetail called with a few words when the current step changes
 */
export async function openLog(logFile: string, onDetail?: (detail: string) => void): Promise<CliLog> {
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  const written = finished(log);
  written.catch(() => undefined);
  const events: CliEvent[] = [];
  return {
    events,
    take: (line) => {
      const event = parseEvent(line);
      if (event === undefined) return;
      events.push(event.text.length > maxLength ? { ...event, text: event.text.slice(-maxLength) } : event);
      if (events.length > 5000) events.splice(0, 1000);
      for (const text of renderEvent(event)) log.write(`${text}\n`);
      const detail = detailOf(event);
      if (detail !== undefined) onDetail?.(detail);
    },
    close: async () => {
      log.end();
      await written.catch(() => undefined);
    },
  };
}
