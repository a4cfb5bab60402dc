import * as z from "zod/mini";

/** The steps from a session's name to a running container, in order; other commands use some of them. */
export const step = z.enum([
  "plan",
  "clone",
  "carry",
  "config",
  "image",
  "container",
  "agent",
  "ready",
  "check",
  "stop",
  "start",
  "remove",
]);

export const progressState = z.enum(["start", "done", "failed", "note"]);

/** Progress as a host sends it: about itself, so it names no machine. */
export const progressEvent = z.object({
  /** session name; empty for work that belongs to no single session (for example a base image) */
  session: z.string(),
  step,
  state: progressState,
  /** one line, without control characters */
  detail: z.exactOptional(z.string()),
});

export type Step = z.infer<typeof step>;
export type ProgressEvent = z.infer<typeof progressEvent>;
