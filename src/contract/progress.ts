import * as z from "zod/mini";

/** The steps of a session's way from name to running container, in order; other commands use a part of them. */
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

/** Progress as a host sends it: of itself, so it names no machine. */
export const progressEvent = z.object({
  /** session name; empty for work that belongs to no single session (a base image, say) */
  session: z.string(),
  step,
  state: progressState,
  /** one line, already free of control characters */
  detail: z.exactOptional(z.string()),
});

export type Step = z.infer<typeof step>;
export type ProgressEvent = z.infer<typeof progressEvent>;
