import type { ErrorCode, ErrorView } from "../errors.ts";
import { onHost, renderHint } from "../hint.ts";
import { plain } from "../system/text.ts";

/** Errors whose next step has to be done on the host. */
const doneThere: readonly ErrorCode[] = [
  "ENGINE_UNREACHABLE",
  "ENGINE_FAILED",
  "GIT_MISSING",
  "PROGRAM_MISSING",
  "COMPOSE_MISSING",
  "DISK_FULL",
  "PERMISSION_DENIED",
];

/** Names the host in an error of a host, because its engine, disk and git are not those of the user's machine. */
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

/** Adds `--host` to the commands of a hint, because the user types them on this machine. */
export function hintThere<T extends Pick<ErrorView, "hint" | "next">>(error: T, host: string): T {
  if (error.next === undefined) return error;
  const next = onHost(error.next, plain(host));
  return { ...error, next, hint: renderHint(next) };
}
