import * as z from "zod/mini";
import { jsonObject } from "../common.ts";

/** What happened in a session: one immutable line of `events.jsonl` (reported by the agent) or `journal.jsonl` (done by cowork or a person). */
export const historyEvent = z.object({
  /** number in the session, ascending over both files */
  n: z.int().check(z.positive()),
  /** when, as ISO 8601; ascending */
  at: z.string(),
  source: z.enum(["agent", "cowork", "person"]),
  /** e.g. `agent.working`, `run.started`, `approval.answered`; types that are not known are shown as they are */
  type: z.string(),
  data: jsonObject,
});

/** The same as `cowork events` prints it. */
export const sessionEvent = z.extend(historyEvent, {
  /** `{host}:{session}:{n}` */
  id: z.string(),
  host: z.string(),
  project: z.string(),
  session: z.string(),
  sessionId: z.string(),
});

/** Events to read: after a time, or after the number that the caller has of each session. */
export const eventsQuery = z.object({
  /** ISO 8601 */
  since: z.exactOptional(z.string()),
  /** last number read, by session id */
  cursors: z.exactOptional(z.record(z.string(), z.int())),
  /** prefixes of types; absent: all */
  types: z.exactOptional(z.array(z.string())),
  /**
   * if there is nothing new, wait for it so many ms at most; the answer comes earlier if a session is made, changed or removed. A
   * host that does not know this answers at once.
   */
  wait: z.exactOptional(z.int().check(z.nonnegative(), z.maximum(30_000))),
  /** most events in one answer */
  limit: z.int().check(z.positive()),
});

export const eventsAnswer = z.object({
  /** sorted by time */
  events: z.array(sessionEvent),
  cursors: z.record(z.string(), z.int()),
  /** there are more */
  more: z.boolean(),
});

export type HistoryEvent = z.infer<typeof historyEvent>;
export type SessionEvent = z.infer<typeof sessionEvent>;
export type EventsQuery = z.infer<typeof eventsQuery>;
export type EventsAnswer = z.infer<typeof eventsAnswer>;
