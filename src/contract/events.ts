import * as z from "zod/mini";
import { progressState, step } from "./progress.ts";

// Events for every front end. An event is plain data: it can be stored, sent and read again.

const progress = z.object({
  type: z.literal("progress"),
  data: z.object({
    step,
    state: progressState,
    /** one line, free of control characters */
    detail: z.exactOptional(z.string()),
  }),
});

/** The state of a session changed; `removed`: the session does not exist any more. */
const sessionState = z.object({
  type: z.literal("session-state"),
  data: z.object({ id: z.string(), state: z.string() }),
});

/** Information for the user that is not an error. */
const note = z.object({ type: z.literal("note"), data: z.object({ text: z.string() }) });

/** Identifies an event, and says where and when it happened. */
const head = {
  /** `{host}:{session}:{n}`, unique in its stream */
  id: z.string(),
  /** when, as ISO 8601 */
  at: z.string(),
  /** `local`, or the user's name for the machine */
  host: z.string(),
  /** the session's name; empty for events of no single session */
  session: z.string(),
};

export const domainEvent = z.discriminatedUnion("type", [
  z.extend(progress, head),
  z.extend(sessionState, head),
  z.extend(note, head),
]);

export type DomainEvent = z.infer<typeof domainEvent>;

/** An event before it has an id and a time. */
export type EventDraft = (z.infer<typeof progress> | z.infer<typeof sessionState> | z.infer<typeof note>) & {
  session: string;
  /** absent: the host of the stream */
  host?: string;
};
