import type { FileHandle } from "node:fs/promises";
import type { HistoryEvent } from "../../contract/work/history.ts";
import { maxEventBytes, parseEvent } from "./last-number.ts";

/** A part of a file that is read from its start rather than searched on; a line is rarely longer. */
const smallBytes = 16 * 1024;

/**
 * Searches a file of the history, which is sorted, in steps of half its size.
 * @param isBefore true for events before the wanted one, which come first in the file
 * @param size bytes of the file to search
 * @returns the offset of a line at or shortly before the first wanted event
 */
export async function findOffset(
  file: FileHandle,
  size: number,
  isBefore: (event: HistoryEvent) => boolean,
): Promise<number> {
  // At `low` there is the file's first line, or one before the wanted event, which is therefore never missed.
  let [low, high] = [0, size];
  while (high - low > smallBytes) {
    const middle = low + Math.floor((high - low) / 2);
    const found = await firstEventFrom(file, middle, high);
    if (found !== undefined && isBefore(found.event)) low = found.at;
    else high = middle;
  }
  return low;
}

/** The first whole event of a line that starts after `from`, with that line's offset. */
async function firstEventFrom(
  file: FileHandle,
  from: number,
  to: number,
): Promise<{ event: HistoryEvent; at: number } | undefined> {
  for (let bytes = smallBytes; ; bytes = 2 * maxEventBytes) {
    const buffer = Buffer.allocUnsafe(Math.min(bytes, to - from));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    const found = firstEventIn(buffer.subarray(0, bytesRead));
    if (found !== undefined) return { event: found.event, at: from + found.start };
    if (bytesRead < smallBytes || bytes > smallBytes) return undefined;
  }
}

function firstEventIn(chunk: Buffer): { event: HistoryEvent; start: number } | undefined {
  // The chunk starts somewhere in a line, whose rest is not an event.
  let start = chunk.indexOf(10) + 1;
  if (start === 0) return undefined;
  for (let end = chunk.indexOf(10, start); end !== -1; end = chunk.indexOf(10, start)) {
    const event = parseEvent(chunk.toString("utf8", start, end));
    if (event !== undefined) return { event, start };
    start = end + 1;
  }
  return undefined;
}
