import type { FileHandle } from "node:fs/promises";
import { parseJson } from "../../contract/common.ts";
import { feedHead } from "../../contract/http/feed-file.ts";
import type { FeedEvent } from "../../contract/http/events.ts";
import { note, type FeedState, type Place } from "./state.ts";

const chunkBytes = 1024 * 1024;

/** Reads a whole feed once, to number on after its last event. Undefined if it is not a feed, or is broken before its end. */
export async function scanFeed(handle: FileHandle): Promise<FeedState | undefined> {
  let state: FeedState | undefined;
  for await (const { line, offset, end } of linesOf(handle, 0)) {
    if (state === undefined) {
      const head = feedHead.safeParse(parseJson(line.toString("utf8")));
      if (!head.success) return undefined;
      const { cursors, first } = head.data;
      state = { head: head.data, last: first - 1, size: end, index: [], cursors: structuredClone(cursors) };
      continue;
    }
    const event = placeOf(line) ?? parseKnown(line.toString("utf8"));
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

/** Longer than the end of most lines that we write, from `host` on. */
const endBytes = 600;
const lineEnd =
  /"host":"([^"\\]+)","project":"[^"\\]*","session":"[^"\\]*","sessionId":"([^"\\]+)","seq":(\d{1,15})\}$/;

/** What is needed of a line, without reading all of it: its start and its end are ours, whatever is in between. */
function placeOf(line: Buffer): Place | undefined {
  const [, n] = /^\{"n":(\d{1,15}),/.exec(line.toString("latin1", 0, 24)) ?? [];
  const [, host, sessionId, seq] = lineEnd.exec(line.toString("latin1", Math.max(0, line.length - endBytes))) ?? [];
  if (n === undefined || host === undefined || sessionId === undefined || line.at(0) !== 123) return undefined;
  // oxlint-disable-next-line no-control-regex -- a name that is not ASCII was not read as what it is
  if (/[^\u0000-\u007f]/.test(host + sessionId)) return undefined;
  return { n: Number(n), host, sessionId, seq: Number(seq) };
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
): AsyncGenerator<{ line: Buffer; offset: number; end: number }> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  let offset = from;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, offset + rest.length);
    if (bytesRead === 0) return;
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, start)) {
      yield { line: data.subarray(start, end), offset: offset + start, end: offset + end + 1 };
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
    offset += start;
  }
}
