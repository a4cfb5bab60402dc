import { open, type FileHandle } from "node:fs/promises";
import type { HistoryEvent } from "../../contract/work/history.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { isAbsent } from "../../system/files/files.ts";
import { findOffset } from "./find-offset.ts";
import { maxEventBytes, parseEvent } from "./last-number.ts";
import { readLines } from "./read-lines.ts";

export interface HistoryQuery {
  /** number after which to read; takes precedence over `since` */
  after?: number;
  /** time from which to read, in ms since 1970 */
  since?: number;
  /** prefixes of types; absent: all */
  types?: readonly string[];
  /** most events to return */
  limit: number;
}

export interface HistoryPart {
  /** by number, ascending */
  events: HistoryEvent[];
  /** number up to which the history was read: read on after it */
  last: number;
  /** there may be more */
  more: boolean;
}

/** The host's clock may have been set back by so much, which leaves events that are not in the order of time. */
const slackMs = 5 * 60_000;

/**
 * Reads a session's history, merged from both files. Broken lines are left out. Takes no lock, and misses no event that is appended
 * at the same time.
 */
export async function readHistory(ctx: Pick<Context, "paths">, id: string, query: HistoryQuery): Promise<HistoryPart> {
  const { after = 0, since, limit } = query;
  const files = await Promise.all([ctx.paths.eventLog(id), ctx.paths.journal(id)].map(openFile));
  try {
    const sizes = await sizesNow(files);
    const sources = await Promise.all(files.map(async (file, index) => await startAt(file, sizes[index] ?? 0, query)));
    const part: HistoryPart = { events: [], last: after, more: false };
    let highest = 0;
    for (let event = await next(sources); event !== undefined; event = await next(sources)) {
      highest = event.n;
      if (event.n <= part.last) continue;
      const isWanted = isOfTypes(event, query.types) && (query.after !== undefined || isSince(event, since));
      if (isWanted && part.events.length === limit) return { ...part, more: true };
      part.last = event.n;
      if (isWanted) part.events.push(event);
    }
    // It ends before that number: another session of the same name was read up to there, and nothing of this one.
    return highest < after ? await readHistory(ctx, id, { ...query, after: 0 }) : part;
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    await Promise.all(files.map(async (file) => await file?.close()));
  }
}

async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toCoworkError(error);
  }
}

/**
 * The sizes of both files at one moment. Otherwise an event could be appended to the first after its size was taken, and a later
 * one to the second before, and the first event would never be read.
 */
async function sizesNow(files: readonly (FileHandle | undefined)[]): Promise<number[]> {
  const sizes = async (): Promise<number[]> => {
    const all: number[] = [];
    for (const file of files) all.push((await file?.stat())?.size ?? 0);
    return all;
  };
  let before = await sizes();
  for (;;) {
    const now = await sizes();
    if (now[0] === before[0]) return [now[0] ?? 0, before[1] ?? 0];
    before = now;
  }
}

function isOfTypes({ type }: HistoryEvent, types: readonly string[] | undefined): boolean {
  return types === undefined || types.some((prefix) => type.startsWith(prefix));
}

function isSince({ at }: HistoryEvent, since: number | undefined): boolean {
  return since === undefined || Date.parse(at) >= since;
}

/** The events of one file that were read and not returned yet. */
interface Source {
  batches: AsyncGenerator<HistoryEvent[]>;
  queue: HistoryEvent[];
  position: number;
  ended: boolean;
}

async function startAt(file: FileHandle | undefined, size: number, { after, since }: HistoryQuery): Promise<Source> {
  const isBefore = (event: HistoryEvent): boolean =>
    after === undefined ? since !== undefined && Date.parse(event.at) < since - slackMs : event.n <= after;
  const from = file === undefined ? 0 : await findOffset(file, size, isBefore);
  return { batches: batchesOf(file, from, size), queue: [], position: 0, ended: file === undefined };
}

async function* batchesOf(file: FileHandle | undefined, from: number, to: number): AsyncGenerator<HistoryEvent[]> {
  if (file === undefined) return;
  for await (const { lines } of readLines(file, { from, to }, maxEventBytes)) {
    yield lines.flatMap((line) => parseEvent(line) ?? []);
  }
}

/** The event with the lowest number at the head of the sources. */
async function next(sources: readonly Source[]): Promise<HistoryEvent | undefined> {
  let lowest: Source | undefined;
  for (const source of sources) {
    while (source.position === source.queue.length && !source.ended) await fill(source);
    const head = source.queue[source.position];
    const best = lowest?.queue[lowest.position];
    if (head !== undefined && (best === undefined || head.n < best.n)) lowest = source;
  }
  if (lowest === undefined) return undefined;
  lowest.position += 1;
  return lowest.queue[lowest.position - 1];
}

async function fill(source: Source): Promise<void> {
  const batch = await source.batches.next();
  source.queue = batch.done === true ? [] : batch.value;
  source.position = 0;
  source.ended = batch.done === true;
}
