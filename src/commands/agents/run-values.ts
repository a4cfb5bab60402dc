import { usageError } from "../../errors.ts";

/** `--resume`: the number of a run of the session, or `last`. @throws USAGE */
export function readResume(value: string | undefined, session: string | undefined): number | "last" | undefined {
  if (value === undefined || value === "last") return value;
  const [, name, n] = /^(?:(\S+):)?([1-9]\d{0,8})$/.exec(value) ?? [];
  if (n === undefined || (name !== undefined && name !== session)) {
    throw usageError(`--resume takes a run of the session, such as ${session ?? "api"}:2.`, "cowork runs");
  }
  return Number(n);
}

/** One of the known words. @param command for the next step @throws USAGE */
export function oneOf<T extends string>(flag: string, value: string, known: readonly T[], command = "run"): T {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw usageError(`${flag} must be ${known.slice(0, -1).join(", ")} or ${known.at(-1)}.`, `cowork help ${command}`);
}

/** A whole number from 1. @throws USAGE */
export function count(flag: string, value: string, most: number): number {
  const number = /^[1-9]\d{0,6}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= most) return number;
  throw usageError(`${flag} must be a number from 1 to ${most}.`, "cowork help run");
}
