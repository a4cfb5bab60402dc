import type { SessionEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { createRing } from "./ring.ts";
import type { Page, Wanted } from "./state.ts";
import { openFeedFile, type FeedContext, type Limits } from "./file.ts";

/** The events of all hosts, in the order in which they arrived here, numbered without gaps. */
export interface Feed {
  readonly id: string;
  /** number of the oldest event that is kept; `last + 1` if there is none */
  readonly first: number;
  /** number of the newest event; 0: there was none yet */
  readonly last: number;
  /** Last number read of each session on a host: where its history goes on. */
  cursors(host: string): Record<string, number>;
  /** Forgets sessions that a host does not have any more: the next one of that id has a history of its own. */
  forget(host: string, known: Readonly<Record<string, number>>): void;
  append(host: string, events: readonly SessionEvent[]): Promise<void>;
  /** The next events after a number. */
  after(seq: number, limit: number, wanted: Wanted): Promise<Page>;
  /** The last events before a number. */
  before(seq: number, limit: number, wanted: Wanted): Promise<Page>;
  /** Calls back after each append. Returns a function that ends this. */
  onGrow(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Opens the feed of a home; a file that cannot be used is replaced by a new feed with another id. */
export async function openFeed(ctx: FeedContext & Pick<Context, "log">, limits?: Limits): Promise<Feed> {
  const file = await openFeedFile(ctx, limits);
  const ring = createRing();
  const listeners = new Set<() => void>();
  let writing: Promise<void> = Promise.resolve();
  const append = async (host: string, events: readonly SessionEvent[]): Promise<void> => {
    const added = await file.append(host, events);
    for (const event of added) ring.push(event);
    for (const listener of listeners) listener();
  };
  return {
    get id() {
      return file.id;
    },
    get first() {
      return file.first;
    },
    get last() {
      return file.last;
    },
    cursors: (host) => file.cursors(host),
    forget: (host, known) => file.forget(host, known),
    append: async (host, events) => {
      if (events.length === 0) return;
      const done = writing.then(async () => await append(host, events));
      // One that failed is reported to its caller; the next one is tried.
      writing = done.catch(() => undefined);
      await done;
    },
    after: async (seq, limit, wanted) => {
      const quick = ring.after(seq);
      if (quick === undefined) return await file.after(seq, limit, wanted);
      const events = quick.filter(wanted);
      const taken = events.slice(0, limit);
      const more = taken.length < events.length;
      return { events: taken, more, read: more ? (taken.at(-1)?.seq ?? seq) : Math.max(seq, file.last) };
    },
    before: async (seq, limit, wanted) => await file.before(seq, limit, wanted),
    onGrow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      await writing;
      await file.close();
    },
  };
}
