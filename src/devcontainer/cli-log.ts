import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { detailOf, parseEvent, renderEvent } from "./cli-output.ts";

/** What people read of a call, as it comes. */
export interface CliLog {
  /** what it has said so far, free of control characters; of very much the last */
  lines: string[];
  take(line: string): void;
  close(): Promise<void>;
}

/**
 * @param logFile appended to
 * @param onDetail what is going on, in a few words, whenever that changes
 */
export async function openLog(logFile: string, onDetail?: (detail: string) => void): Promise<CliLog> {
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  const written = finished(log);
  written.catch(() => undefined);
  const lines: string[] = [];
  return {
    lines,
    take: (line) => {
      const event = parseEvent(line);
      if (event === undefined) return;
      const rendered = renderEvent(event);
      lines.push(...rendered);
      if (lines.length > 5000) lines.splice(0, 1000);
      for (const text of rendered) log.write(`${text}\n`);
      const detail = detailOf(event);
      if (detail !== undefined) onDetail?.(detail);
    },
    close: async () => {
      log.end();
      await written.catch(() => undefined);
    },
  };
}
