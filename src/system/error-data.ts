import { CoworkError, errorCodes, toCoworkError, type ErrorCode, type ErrorView } from "../errors.ts";
import type { HintPart } from "../hint.ts";
import { plain, plainLines } from "./text.ts";

const maxText = 10_000;

const maxParts = 100;

function isPart(part: unknown): part is HintPart {
  if (typeof part === "string") return true;
  const { command, args } = (part ?? {}) as Record<string, unknown>;
  return typeof command === "string" && Array.isArray(args) && args.every((one) => typeof one === "string");
}

/** A host named in it is the other side's word: who hears it says which host it is. */
function tamePart(part: HintPart): HintPart {
  const tame = (text: string): string => plain(text.slice(0, maxText));
  return typeof part === "string" ? tame(part) : { command: tame(part.command), args: part.args.map(tame) };
}

/** An error as plain data, its detail too. */
export function writeError(error: unknown): unknown {
  const known = toCoworkError(error);
  return { ...known.toView(), detail: known.detail };
}

/**
 * What came is untrusted: an error of ours or one without a meaning, and no control characters in either.
 * @param heard what an error of the other side's becomes here
 */
export function readError(value: unknown, heard: (error: ErrorView) => ErrorView = (error) => error): CoworkError {
  const { code, message, hint, next, detail } = (value ?? {}) as Record<string, unknown>;
  const said = heard({
    code: typeof code === "string" && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL",
    message: typeof message === "string" ? plain(message.slice(0, maxText)) : "It failed over there.",
    ...(typeof hint === "string" ? { hint: plain(hint.slice(0, maxText)) } : {}),
    ...(Array.isArray(next) && next.length <= maxParts && next.every(isPart) ? { next: next.map(tamePart) } : {}),
  });
  return new CoworkError(said.code, said.message, {
    ...(said.hint === undefined ? {} : { hint: said.next ?? said.hint }),
    ...(typeof detail === "string" ? { detail: plainLines(detail.slice(0, 10 * maxText)).join("\n") } : {}),
  });
}
