import type { FeedEvent } from "../../contract/http/events.ts";
import type { FeedHead } from "../../contract/http/feed-file.ts";

/** Events between two places of the index. */
export const blockSize = 256;

/** What is known of an open feed file. */
export interface FeedState {
  head: FeedHead;
  last: number;
  size: number;
  /** offset of each `blockSize`th event, from the first one that is kept */
  index: number[];
  /** last number read of each session, by host and session id */
  cursors: Record<string, Record<string, number>>;
}

/** Which events of the feed are wanted. */
export type Wanted = (event: FeedEvent) => boolean;

export interface Page {
  /** ascending */
  events: FeedEvent[];
  /** number up to which (with `before`: down to which) the feed was read */
  read: number;
  more: boolean;
}

/** What places an event in the feed, and in the history of its session. */
export type Place = Pick<FeedEvent, "seq" | "n" | "host" | "sessionId">;

/* eslint-disable no-param-reassign -- the state of one open file */
/** Adds an event that stands at an offset to what is known of the file. */
export function note(state: FeedState, event: Place, offset: number): void {
  if ((event.seq - state.head.first) % blockSize === 0) state.index.push(offset);
  state.last = event.seq;
  (state.cursors[event.host] ??= {})[event.sessionId] = event.n;
}
/* eslint-enable no-param-reassign */
