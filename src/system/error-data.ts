import { type SentFailure, sentFailure } from "../contract/error.ts";
import { fromView, toCoworkError, type CoworkError, type ErrorView } from "../errors.ts";
import type { HintPart } from "../hint.ts";
import { plainLines, plainPart, plainSpan } from "./text.ts";

/** of an error's detail, which may have many lines, in characters */
const maxDetail = 100_000;

/** Drops the host of a command: it is the other side's name for a machine. The receiver adds its own. */
function sanitizePart(part: HintPart): HintPart {
  return typeof part === "string"
    ? plainSpan(part)
    : { command: plainPart(part.command), args: part.args.map(plainPart) };
}

/** Converts an error to plain data, including its detail. */
export function writeError(error: unknown): SentFailure {
  const known = toCoworkError(error);
  return { ...known.toView(), ...(known.detail === undefined ? {} : { detail: known.detail }) };
}

/**
 * Reads an error that another machine sent. It is untrusted: unknown data becomes INTERNAL, and control characters are removed.
 * @param heard adapts an error of the other side
 */
export function readError(value: unknown, heard: (error: ErrorView) => ErrorView = (error) => error): CoworkError {
  const found = sentFailure.safeParse(value);
  if (!found.success)
    return fromView(
      heard({ code: "INTERNAL", message: "The host reported an error that cowork does not understand." }),
    );
  const { code, message, hint, next, detail } = found.data;
  const view = heard({
    code,
    message: plainPart(message),
    ...(hint === undefined ? {} : { hint: plainPart(hint) }),
    ...(next === undefined ? {} : { next: next.map(sanitizePart) }),
  });
  return fromView(view, detail === undefined ? undefined : plainLines(detail.slice(0, maxDetail)).join("\n"));
}
