import { historyEvent, type HistoryEvent } from "../../contract/work/history.ts";

/** No event is longer as a line, in bytes (append.ts). */
export const maxEventBytes = 128 * 1024;

/** Undefined for a line that is no event: a crash cut it. */
export function parseEvent(line: string): HistoryEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const found = historyEvent.safeParse(JSON.parse(line));
    return found.success && !Number.isNaN(Date.parse(found.data.at)) ? found.data : undefined;
  } catch {
    return undefined;
  }
}
