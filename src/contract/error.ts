import * as z from "zod/mini";
import { errorCodes, type ErrorCode } from "./error-codes.ts";
import { hintPart } from "./hint.ts";

/** One of our codes; a code that only another version of cowork knows becomes a general one. */
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
  /** the next step: text, and cowork commands as data */
  next: z.exactOptional(z.array(hintPart).check(z.maxLength(100))),
});

/** An error as one cowork sends it to another: with the detail for the log. */
export const sentFailure = z.extend(failure, { detail: z.exactOptional(z.string()) });

export type SentFailure = z.infer<typeof sentFailure>;
export type ErrorView = z.infer<typeof failure>;
