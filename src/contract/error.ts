import * as z from "zod/mini";
import { errorCodes, type ErrorCode } from "./error-codes.ts";
import { hintPart } from "./hint.ts";

/** A code of ours; one that only another version of cowork knows is an error without a meaning. */
export const errorCode = z.pipe(
  z.string(),
  z.transform((code): ErrorCode => (Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL")),
);

/** An error as `--json` shows it. */
export const failure = z.object({
  code: errorCode,
  message: z.string(),
  /** `next` as text */
  hint: z.exactOptional(z.string()),
  /** what to do next: words, and commands of cowork's own as data */
  next: z.exactOptional(z.array(hintPart).check(z.maxLength(100))),
});

/** An error as one cowork tells it to another: with what belongs into the log. */
export const sentFailure = z.extend(failure, { detail: z.exactOptional(z.string()) });

export type SentFailure = z.infer<typeof sentFailure>;
export type ErrorView = z.infer<typeof failure>;
