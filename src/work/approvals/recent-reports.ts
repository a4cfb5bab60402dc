import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { HistoryEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { isAbsent } from "../../system/files/open-folder.ts";
import { parseEvent } from "../history/last-number.ts";

const tailBytes = 512 * 1024;

/** What hooks reported since a time (ms since 1970), as far as the end of the file has it. The file is the host's own. */
export function recentReports({ paths }: Pick<Context, "paths">, id: string, since: number): HistoryEvent[] {
  const lines = tail(paths.eventLog(id)).split("\n");
  const found: HistoryEvent[] = [];
  for (const line of lines.toReversed()) {
    const event = parseEvent(line);
    if (event === undefined) continue;
    if (Date.parse(event.at) < since) break;
    found.unshift(event);
  }
  return found;
}

function tail(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8", 0, read);
  } catch (error) {
    if (isAbsent(error)) return "";
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
