import * as z from "zod/mini";
import { progressState, step } from "./progress.ts";

// What happens, as every face hears of it. An event is plain data: it can be stored, sent and read again.

const progress = z.object({
  type: z.literal("progress"),
  data: z.object({
    step,
    state: progressState,
    /** one line, free of control characters */
    detail: z.exactOptional(z.string()),
  }),
});

/** A session is in another state than before; `removed`: there is no such session any more. */
const sessionState = z.object({
  type: z.literal("session-state"),
  data: z.object({ id: z.string(), state: z.string() }),
});

/** Something that the user should know, and that is no failure. */
const note = z.object({ type: z.literal("note"), data: z.object({ text: z.string() }) });

/** What tells one event from another, and where and when it happened. */
const head = {
  /** `{host}:{session}:{n}`, one of its kind in the stream that it is part of */
  id: z.string(),
  /** when, as ISO 8601 */
  at: z.string(),
  /** `local`, or as the user calls the machine */
  host: z.string(),
  /** the session's name; empty for what belongs to no single session */
  session: z.string(),
};

export const domainEvent = z.discriminatedUnion("type", [
  z.extend(progress, head),
  z.extend(sessionState, head),
  z.extend(note, head),
]);

export type DomainEvent = z.infer<typeof domainEvent>;

/** An event before it has its id and its time. */
export type EventDraft = (z.infer<typeof progress> | z.infer<typeof sessionState> | z.infer<typeof note>) & {
  session: string;
  /** absent: where the stream is */
  host?: string;
};
