import { CoworkError, errorCodes, toCoworkError, type ErrorCode, type ErrorView } from "../../errors.ts";
import { plain, plainLines } from "../../system/text.ts";

const maxText = 10_000;

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
  const { code, message, hint, detail } = (value ?? {}) as Record<string, unknown>;
  const said = heard({
    code: typeof code === "string" && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL",
    message: typeof message === "string" ? plain(message.slice(0, maxText)) : "It failed over there.",
    ...(typeof hint === "string" ? { hint: plain(hint.slice(0, maxText)) } : {}),
  });
  return new CoworkError(said.code, said.message, {
    ...(said.hint === undefined ? {} : { hint: said.hint }),
    ...(typeof detail === "string" ? { detail: plainLines(detail.slice(0, 10 * maxText)).join("\n") } : {}),
  });
}
