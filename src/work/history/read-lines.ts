import type { FileHandle } from "node:fs/promises";

export interface Lines {
  /** whole lines, decoded as UTF-8 (invalid bytes become U+FFFD), without their line ends */
  lines: string[];
  /** offset after the last of them */
  next: number;
  /** lines before `next` that were too long and were left out */
  skipped: number;
}

const chunkBytes = 256 * 1024;

/**
 * Reads the lines of an open file in batches. Memory is bounded whatever the file contains: of a line longer than `maxLine` bytes
 * nothing is kept. An incomplete last line is not returned; read on from `next` once it is complete.
 * @param range.from offset of the start of a line
 * @param range.to offset to stop at; absent: the end of the file
 */
export async function* readLines(
  file: FileHandle,
  range: { from: number; to?: number },
  maxLine: number,
): AsyncGenerator<Lines> {
  const { to = Number.MAX_SAFE_INTEGER } = range;
  // A history that has nothing new has only a few kilobytes to read, and is read again and again.
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, to - range.from)));
  let at = range.from;
  // The start of a line whose end was not read yet; undefined: too long to keep.
  let begun: Buffer | undefined = Buffer.alloc(0);
  while (at < to) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, to - at), at);
    if (bytesRead === 0) return;
    const chunk = buffer.subarray(0, bytesRead);
    const batch: Lines = { lines: [], next: 0, skipped: 0 };
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = joined(begun, chunk.subarray(start, end), maxLine);
      if (line === undefined) batch.skipped += 1;
      else batch.lines.push(line.toString("utf8"));
      begun = Buffer.alloc(0);
      start = end + 1;
    }
    begun = joined(begun, chunk.subarray(start), maxLine);
    if (start > 0) yield { ...batch, next: at + start };
    at += bytesRead;
  }
}

function joined(begun: Buffer | undefined, more: Buffer, maxLine: number): Buffer | undefined {
  if (begun === undefined || begun.length + more.length > maxLine) return undefined;
  // A copy: the chunk's memory is used again.
  return Buffer.concat([begun, more]);
}
