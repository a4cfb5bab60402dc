import { type SentFailure, sentFailure } from "../contract/error.ts";
import { fromView, toCoworkError, type CoworkError, type ErrorView } from "../errors.ts";
import type { HintPart } from "../hint.ts";
import { plain, plainLines } from "./text.ts";

const maxText = 10_000;

const sanitize = (text: string): string => plain(text.slice(0, maxText));

/** A host named in it is the other side's word: who hears it says which host it is. */
function sanitizePart(part: HintPart): HintPart {
  return typeof part === "string" ? sanitize(part) : { command: sanitize(part.command), args: part.args.map(sanitize) };
}

/** An error as plain data, its detail too. */
export function writeError(error: unknown): SentFailure {
  const known = toCoworkError(error);
  return { ...known.toView(), ...(known.detail === undefined ? {} : { detail: known.detail }) };
}

/**
 * What came is untrusted: an error of ours or one without a meaning, and no control characters in either.
 * @param heard what an error of the other side's becomes here
 */
export function readError(value: unknown, heard: (error: ErrorView) => ErrorView = (error) => error): CoworkError {
  const found = sentFailure.safeParse(value);
  if (!found.success) return fromView(heard({ code: "INTERNAL", message: "It failed over there." }));
  const { code, message, hint, next, detail } = found.data;
  const said = heard({
    code,
    message: sanitize(message),
    ...(hint === undefined ? {} : { hint: sanitize(hint) }),
    ...(next === undefined ? {} : { next: next.map(sanitizePart) }),
  });
  return fromView(said, detail === undefined ? undefined : plainLines(detail.slice(0, 10 * maxText)).join("\n"));
}
