import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { feedHead, type FeedHead } from "../../contract/http/feed-file.ts";
import type { FeedEvent } from "../../contract/http/events.ts";
import type { SessionEvent } from "../../contract/work/history.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { readBlock, scanFeed } from "./scan.ts";
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
  if (state.size > limits.bytes) ({ handle, state } = await shorten(path, handle, state));
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
        await handle.write(Buffer.concat(lines), 0, undefined, state.size);
      } catch (error) {
        // What was written of it is written over by the next one.
        await handle.truncate(state.size).catch(() => undefined);
        throw toCoworkError(error);
      }
      for (const [index, event] of numbered.entries()) {
        note(state, event, state.size);
        state.size += lines[index]?.length ?? 0;
      }
      if (state.size > limits.bytes) ({ handle, state } = await shorten(path, handle, state));
      return numbered;
    },
    after: async (seq, limit, wanted) => {
      const events: FeedEvent[] = [];
      let read = Math.max(seq, state.head.first - 1);
      for (let block = blockOf(state, read + 1); block < state.index.length; block += 1) {
        for (const event of await readBlock(handle, state, block)) {
          if (event.seq <= read) continue;
          if (wanted(event)) {
            if (events.length === limit) return { events, read, more: true };
            events.push(event);
          }
          read = event.seq;
        }
      }
      return { events, read, more: false };
    },
    before: async (seq, limit, wanted) => {
      const events: FeedEvent[] = [];
      for (let block = blockOf(state, Math.min(seq, state.last + 1) - 1); block >= 0; block -= 1) {
        const part = (await readBlock(handle, state, block)).filter((event) => event.seq < seq && wanted(event));
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

interface Opened {
  handle: FileHandle;
  state: FeedState;
}

async function openOrMake(path: string): Promise<Opened> {
  const found = await openFeedAt(path);
  if (found !== undefined) return found;
  return await makeFeed(path, { v: 1, feed: randomBytes(8).toString("hex"), first: 1, cursors: {} }, Buffer.alloc(0));
}

async function openFeedAt(path: string): Promise<Opened | undefined> {
  // eslint-disable-next-line no-bitwise -- flags
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
  if (handle === undefined) return undefined;
  const state = (await handle.stat()).isFile() ? await scanFeed(handle) : undefined;
  if (state === undefined) {
    await handle.close();
    return undefined;
  }
  // A last line that a crash cut is not an event.
  await handle.truncate(state.size);
  return { handle, state };
}

async function makeFeed(path: string, head: FeedHead, events: Uint8Array): Promise<Opened> {
  const first = Buffer.from(`${JSON.stringify(feedHead.parse(head))}\n`);
  await writeFileAtomic(path, Buffer.concat([first, events]), { mode: 0o600 });
  const made = await openFeedAt(path);
  if (made === undefined) throw new Error("the feed that was written cannot be read");
  return made;
}

/** Keeps the newest half. The head keeps how far each session was read. */
async function shorten(path: string, handle: FileHandle, state: FeedState): Promise<Opened> {
  const block = Math.floor(state.index.length / 2);
  const offset = state.index[block] ?? state.size;
  const rest = Buffer.alloc(state.size - offset);
  await handle.read(rest, 0, rest.length, offset);
  const first = state.head.first + block * blockSize;
  const made = await makeFeed(path, { ...state.head, first, cursors: state.cursors }, rest);
  await handle.close();
  return made;
}
