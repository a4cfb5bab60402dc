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
  const said = { ...error, message: `${where}: ${message}` };
  if (hint === undefined || !doneThere.includes(code)) return said;
  // What cowork can do there it can do from here.
  const ours = hint.replace(/\bcowork doctor\b/, `cowork --host ${where} doctor`);
  return { ...said, hint: ours === hint ? `on ${where}: ${hint}` : ours };
}
