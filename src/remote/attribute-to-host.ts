import type { ErrorCode, ErrorView } from "../errors.ts";
import { onHost, renderHint } from "../hint.ts";
import { plain } from "../system/text.ts";

/** What the hint tells to do has to be done over there. */
const doneThere: readonly ErrorCode[] = [
  "ENGINE_UNREACHABLE",
  "ENGINE_FAILED",
  "GIT_MISSING",
  "PROGRAM_MISSING",
  "COMPOSE_MISSING",
  "DISK_FULL",
  "PERMISSION_DENIED",
];

/** An error of a host's: its engine, its disk and its git are not the ones of the machine that the message is read on. */
export function attributeToHost<T extends ErrorView>(error: T, host: string): T {
  const { code, message, hint, next } = error;
  const where = plain(host);
  const steps = next ?? (hint === undefined ? [] : [hint]);
  const isThere = steps.length > 0 && doneThere.includes(code) && steps.every((part) => typeof part === "string");
  return {
    ...hintThere(isThere ? { ...error, next: [`on ${where}: `, ...steps] } : error, host),
    message: `${where}: ${message}`,
  };
}

/** A command of cowork's is typed here, and says which host it means. */
export function hintThere<T extends Pick<ErrorView, "hint" | "next">>(error: T, host: string): T {
  if (error.next === undefined) return error;
  const next = onHost(error.next, plain(host));
  return { ...error, next, hint: renderHint(next) };
}
