import * as z from "zod/mini";
import { sessionEvent } from "../work/history.ts";
import { whole, type RouteContract } from "./route.ts";

/** An event of a session, with its place in the server's feed of all hosts. */
export const feedEvent = z.extend(sessionEvent, {
  /** ascending, without gaps in one feed */
  seq: z.int().check(z.positive()),
});

const filters = {
  /** prefixes of types, separated by commas, e.g. `run,approval` */
  type: z.exactOptional(z.string().check(z.maxLength(500))),
  /** `{id}@{host}` */
  session: z.exactOptional(z.string()),
  /** a project's name */
  project: z.exactOptional(z.string()),
  host: z.exactOptional(z.string()),
};

/** First frame of a stream, and after a `reset`. */
export const streamReady = z.object({ feed: z.string(), last: z.int() });

/** What the frame `changed` says has changed: ask for it again. It has no number and is not kept. */
export const changed = z.object({
  what: z.enum(["sessions", "approvals", "hosts", "operations", "devices"]),
  /** of the operation, or the session (`{id}@{host}`), if it is one */
  id: z.exactOptional(z.string()),
});

export const eventRoutes = {
  "GET /events": {
    role: "view",
    summary: "History: events of every host, by their number in the feed, ascending",
    details:
      "`after` gives the next ones after a number, `before` the last ones before it; with neither the newest. `limit` is 500 unless given, 2,000 at most.",
    query: z.object({
      after: z.exactOptional(whole),
      before: z.exactOptional(whole),
      limit: z.exactOptional(whole),
      ...filters,
    }),
    output: z.object({
      feed: z.string(),
      events: z.array(feedEvent),
      /** number of the newest event of the feed */
      last: z.int(),
      /** there are more in that direction */
      more: z.boolean(),
    }),
    errors: [],
  },
  "GET /stream": {
    role: "view",
    summary: "What happens, live: server-sent events",
    details:
      "Frames: `ready` (`{feed, last}`, first), `event` (an event of the feed; its `id` is `{feed}:{seq}`), `changed` (`{what, id?}`: ask for it again), `reset` (the place is unknown or the reader was too slow: load again, then go on from `last`), and a comment every 15 s. The header `Last-Event-ID`, or `after`, continues where a stream broke; without one it starts now.",
    query: z.object({ after: z.exactOptional(z.string().check(z.maxLength(100))), ...filters }),
    as: "text/event-stream",
    errors: [],
  },
} as const satisfies Record<string, RouteContract>;

export type FeedEvent = z.infer<typeof feedEvent>;
export type Changed = z.infer<typeof changed>;
export type StreamReady = z.infer<typeof streamReady>;
