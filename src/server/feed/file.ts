import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { FeedEvent } from "../../contract/http/events.ts";
import type { SessionEvent } from "../../contract/work/history.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { openOrMake, shorten } from "./open.ts";
import { readBlock } from "./scan.ts";
import { blockSize, note, type FeedState, type Page, type Wanted } from "./state.ts";

// `feed.jsonl`: a head, then one event a line. The events themselves say how far the history of each session was read, so that a crash
// between the two can neither lose nor repeat one.

export type FeedContext = Pick<Context, "paths">;

/** The file is cut to the newest half when it is longer than `bytes`. */
export interface Limits {
  bytes: number;
}

export interface FeedFile {
  readonly id: string;
  readonly first: number;
  readonly last: number;
  cursors(host: string): Record<string, number>;
  forget(host: string, known: Readonly<Record<string, number>>): void;
  append(host: string, events: readonly SessionEvent[]): Promise<FeedEvent[]>;
  after(seq: number, limit: number, wanted: Wanted): Promise<Page>;
  before(seq: number, limit: number, wanted: Wanted): Promise<Page>;
  close(): Promise<void>;
}

/* eslint-disable no-param-reassign -- the state of one open file */
export async function openFeedFile(ctx: FeedContext, limits: Limits = { bytes: 64 * 1024 ** 2 }): Promise<FeedFile> {
  const path = join(ctx.paths.feed, "feed.jsonl");
  await ensureFolder(ctx.paths.feed, { mode: 0o700 });
  let { handle, state } = await openOrMake(path);
  const limitSize = async (): Promise<void> => {
    if (state.size <= limits.bytes) return;
    const long = handle;
    ({ handle, state } = await shorten(path, long, state));
    // Only now: until then readers used it.
    await long.close();
  };
  await limitSize();
  return {
    get id() {
      return state.head.feed;
    },
    get first() {
      return state.head.first;
    },
    get last() {
      return state.last;
    },
    cursors: (host) => ({ ...(Object.hasOwn(state.cursors, host) ? state.cursors[host] : undefined) }),
    forget: (host, known) => {
      const own = state.cursors[host] ?? {};
      state.cursors[host] = Object.fromEntries(Object.entries(own).filter(([id]) => Object.hasOwn(known, id)));
    },
    append: async (host, events) => {
      const numbered = inOrderOfSessions(events).map((event, index): FeedEvent => ({
        ...event,
        host,
        seq: state.last + 1 + index,
      }));
      const lines = numbered.map((event) => Buffer.from(`${JSON.stringify(event)}\n`));
      try {
        await writeAll(handle, Buffer.concat(lines), state.size);
      } catch (error) {
        // What was written of it is written over by the next one.
        await handle.truncate(state.size).catch(() => undefined);
        throw toCoworkError(error);
      }
      for (const [index, event] of numbered.entries()) {
        note(state, event, state.size);
        state.size += lines[index]?.length ?? 0;
      }
      await limitSize();
      return numbered;
    },
    // Both look up their place for each block: while one is read, the file may be shortened.
    after: async (seq, limit, wanted) => {
      const events: FeedEvent[] = [];
      let read = seq;
      while (read < state.last) {
        const { head, last } = state;
        const block = blockOf(state, read + 1);
        for (const event of await readBlock(handle, state, block)) {
          if (event.seq <= read) continue;
          if (wanted(event)) {
            if (events.length === limit) return { events, read, more: true };
            events.push(event);
          }
          read = event.seq;
        }
        read = Math.max(read, Math.min(last, head.first + (block + 1) * blockSize - 1));
      }
      return { events, read, more: false };
    },
    before: async (seq, limit, wanted) => {
      const events: FeedEvent[] = [];
      let from = Math.min(seq, state.last + 1);
      while (from > state.head.first) {
        const [{ head }, end] = [state, from];
        const block = blockOf(state, end - 1);
        const part = (await readBlock(handle, state, block)).filter((event) => event.seq < end && wanted(event));
        from = head.first + block * blockSize;
        events.unshift(...part.slice(-(limit - events.length + 1)));
        if (events.length <= limit) continue;
        events.splice(0, events.length - limit);
        return { events, read: events[0]?.seq ?? seq, more: true };
      }
      return { events, read: state.head.first, more: false };
    },
    close: async () => await handle.close(),
  };
}
/* eslint-enable no-param-reassign */

/**
 * The events of each session in the order of its numbers, at the places that the session has. A host sorts them by time, and a report
 * that was taken in late has a higher number than what happened after it: the last line would not say how far a session was read.
 */
function inOrderOfSessions(events: readonly SessionEvent[]): SessionEvent[] {
  const bySession = Map.groupBy(events, ({ sessionId }) => sessionId);
  const next = new Map([...bySession].map(([id, own]) => [id, own.toSorted((a, b) => a.n - b.n).values()]));
  return events.map((event) => next.get(event.sessionId)?.next().value ?? event);
}

function blockOf({ head, index }: FeedState, seq: number): number {
  return Math.min(index.length - 1, Math.max(0, Math.floor((seq - head.first) / blockSize)));
}

/** A disk that is almost full takes a part of it without an error; the rest then fails. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
