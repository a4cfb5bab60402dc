import type { FileHandle } from "node:fs/promises";
import { parseJson } from "../../contract/common.ts";
import { feedHead } from "../../contract/http/feed-file.ts";
import type { FeedEvent } from "../../contract/http/events.ts";
import { note, type FeedState } from "./state.ts";

const chunkBytes = 1024 * 1024;

/** Reads a whole feed once, to number on after its last event. Undefined if it is not a feed, or is broken before its end. */
export async function scanFeed(handle: FileHandle): Promise<FeedState | undefined> {
  let state: FeedState | undefined;
  for await (const { line, offset, end } of linesOf(handle, 0)) {
    if (state === undefined) {
      const head = feedHead.safeParse(parseJson(line));
      if (!head.success) return undefined;
      const { cursors, first } = head.data;
      state = { head: head.data, last: first - 1, size: end, index: [], cursors: structuredClone(cursors) };
      continue;
    }
    const event = parseKnown(line);
    if (event === undefined || event.seq !== state.last + 1) return undefined;
    note(state, event, offset);
    state.size = end;
  }
  return state;
}

/** The events of one block of the index. */
export async function readBlock(handle: FileHandle, state: FeedState, block: number): Promise<FeedEvent[]> {
  const from = state.index[block];
  if (from === undefined) return [];
  const to = state.index[block + 1] ?? state.size;
  const buffer = Buffer.alloc(to - from);
  await handle.read(buffer, 0, buffer.length, from);
  const lines = buffer.toString("utf8").split("\n");
  return lines.flatMap((line) => (line === "" ? [] : (parseKnown(line) ?? [])));
}

/** Lines of our own file: their form is checked when they are shown, not for each of 100,000. */
function parseKnown(line: string): FeedEvent | undefined {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null) return undefined;
  const { seq, n, host, sessionId, type } = value as Partial<FeedEvent>;
  const isWhole = [seq, n].every(Number.isInteger) && [host, sessionId, type].every((one) => typeof one === "string");
  return isWhole ? (value as FeedEvent) : undefined;
}

/** Whole lines: what follows the last line end is left out. */
async function* linesOf(
  handle: FileHandle,
  from: number,
): AsyncGenerator<{ line: string; offset: number; end: number }> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let offset = from;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, offset + rest.length);
    if (bytesRead === 0) return;
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, start)) {
      yield { line: data.toString("utf8", start, end), offset: offset + start, end: offset + end + 1 };
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
    offset += start;
  }
}
