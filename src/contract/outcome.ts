import * as z from "zod/mini";
import { texts } from "./common.ts";
import { failure } from "./error.ts";
import { sessionView } from "./session.ts";

/** The result of a command for one session. `session` is absent if nothing of it exists. */
export const outcome = z.object({
  name: z.string(),
  /** absent: this machine */
  host: z.exactOptional(z.string()),
  ok: z.boolean(),
  session: z.exactOptional(sessionView),
  error: z.exactOptional(failure),
  exitCode: z.int().check(z.minimum(0), z.maximum(255)),
  /** for the user: warnings, what was changed, what is missing */
  notes: texts,
});

export const cleanOutcome = z.extend(outcome, {
  /** what would be lost or, with --force, was lost: one line each */
  unsaved: texts,
  /** what is removed too but does not count as unsaved work: replaced commits, home folders, volumes; one line each */
  going: z.exactOptional(texts),
  /** what was removed, or would be removed */
  removed: texts,
});

export type Outcome = z.infer<typeof outcome>;
export type CleanOutcome = z.infer<typeof cleanOutcome>;
