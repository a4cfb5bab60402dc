import type { ErrorCode, ErrorView } from "../errors.ts";
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
export function saidThere<T extends ErrorView>(error: T, host: string): T {
  const { code, message, hint } = error;
  const where = plain(host);
  // A command of cowork's is typed here, and says which host it means.
  const isThere = hint !== undefined && doneThere.includes(code) && !hint.includes("cowork --host ");
  return {
    ...error,
    message: `${where}: ${message}`,
    ...(isThere ? { hint: `on ${where}: ${hint}` } : {}),
  };
}
