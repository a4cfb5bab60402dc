import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isAbsent } from "../../system/files/files.ts";

export interface LogTail {
  bytes: number;
  /** when it was last written, in ms since 1970 */
  modified: number;
  /** names of the report files that the last lines came from */
  reports: ReadonlySet<string>;
}

/** More than the lines of one chunk. */
const tailBytes = 768 * 1024;

/** The end of a session's `events.jsonl`, which only the host writes; undefined if there is none. */
export function readLogTail(path: string): LogTail | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size, mtimeMs } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    const read = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString("latin1", 0, read);
    // A quote inside a text of JSON has a backslash before it, so this matches properties only.
    const reports = new Set(Array.from(text.matchAll(/"report":"([\w.-]+)"/g), ([, name = ""]) => name));
    return { bytes: size, modified: mtimeMs, reports };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
