import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { feedHead, type FeedHead } from "../../contract/http/feed-file.ts";
import { writeFileAtomic } from "../../system/files/files.ts";
import { scanFeed } from "./scan.ts";
import { blockSize, type FeedState } from "./state.ts";

/** An open file, and what is known of it. */
export interface Opened {
  handle: FileHandle;
  state: FeedState;
}

/** Opens the feed of a path; a file that cannot be used is replaced by a new feed with another id. */
export async function openOrMake(path: string): Promise<Opened> {
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

/** Writes a file with the newest half. The head keeps how far each session was read. */
export async function shorten(path: string, handle: FileHandle, state: FeedState): Promise<Opened> {
  const block = Math.floor(state.index.length / 2);
  const offset = state.index[block] ?? state.size;
  const rest = Buffer.alloc(state.size - offset);
  await handle.read(rest, 0, rest.length, offset);
  const first = state.head.first + block * blockSize;
  return await makeFeed(path, { ...state.head, first, cursors: state.cursors }, rest);
}
