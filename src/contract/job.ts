import * as z from "zod/mini";
import { sentFailure } from "./error.ts";
import { domainEvent } from "./events.ts";
import { storedQuestion } from "./questions.ts";

// Long work: its requests over the wire, and the files in its folder.

/** `request.json` */
export const jobRequest = z.object({ method: z.string(), args: z.array(z.unknown()) });

export const jobCall = z.object({
  method: z.string(),
  /** absent: only join a running job */
  args: z.exactOptional(z.array(z.unknown())),
  /** what the work is about: equal subjects are the same job */
  subject: z.unknown(),
  /** events of the job that the other side already has: more than none after a broken connection */
  seen: z.number(),
  /** the other side's number for the job: its events carry it, so that those of two jobs can be distinguished */
  ticket: z.exactOptional(z.number()),
});

/** The result of a request; `missing`: there was no job to join. */
export const jobAnswer = z.union([z.object({ missing: z.literal(true) }), z.object({ value: z.unknown() })]);

/** One line of `log.jsonl` */
export const jobLine = z.union([
  z.object({ event: domainEvent }),
  z.object({ ask: z.number(), question: storedQuestion }),
]);

/** `result.json`: a value or an error's view. */
export const jobResult = z.union([z.object({ error: sentFailure }), z.object({ value: z.unknown() })]);

export type JobRequest = z.infer<typeof jobRequest>;
export type JobCall = z.infer<typeof jobCall>;
export type JobAnswer = z.infer<typeof jobAnswer>;
export type JobLine = z.infer<typeof jobLine>;
export type JobResult = z.infer<typeof jobResult>;
