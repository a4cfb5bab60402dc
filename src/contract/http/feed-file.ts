import * as z from "zod/mini";

/** First line of the server's `feed.jsonl`. */
export const feedHead = z.object({
  v: z.literal(1),
  /** a random id: numbers of another feed mean nothing in this one */
  feed: z.string(),
  /** number of the first event that is kept */
  first: z.int().check(z.positive()),
  /** last number read of each session, by host and session id, before that event */
  cursors: z.record(z.string(), z.record(z.string(), z.int())),
});

export type FeedHead = z.infer<typeof feedHead>;
