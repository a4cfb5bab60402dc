import type { MergeOptions } from "../../app/merging/merge-sessions.ts";
import { usageError } from "../line/usage.ts";
import { oneOf } from "./run-values.ts";

interface Given {
  into: string | undefined;
  test: string | undefined;
  squash: boolean;
  ff: boolean;
  uncommitted: boolean;
  "one-by-one": boolean;
  order: boolean;
  resolve: string | undefined;
  status: boolean;
}

/** The options of `merge`, from its command line. @throws USAGE */
export function mergeOptions(sessions: readonly string[], flags: Given): MergeOptions {
  if (flags.status && sessions.length > 0)
    throw usageError("--status shows a merge and takes no sessions.", "cowork merge --status");
  const { into, test, squash, ff, uncommitted } = flags;
  return {
    sessions: [...sessions],
    into,
    test,
    squash,
    ff,
    uncommitted,
    oneByOne: flags["one-by-one"],
    keepOrder: flags.order,
    resolve: oneOf("--resolve", flags.resolve ?? "none", ["agent", "none"] as const),
  };
}
