import type { MergeOptions } from "../../app/merging/merge-sessions.ts";
import type { Caller } from "../process/caller.ts";
import { usageError } from "../line/usage.ts";
import { oneOf } from "../agents/run-values.ts";

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
    resolve: oneOf("--resolve", flags.resolve ?? "none", ["agent", "none"] as const, "merge"),
  };
}

/** A terminal that closes leaves the merge alone, Ctrl-C ends it. */
export function mergeSignals({ signal, signalCode }: Pick<Caller, "signal" | "signalCode">): {
  end: AbortSignal;
  leave: AbortSignal;
} {
  const [end, leave] = [new AbortController(), new AbortController()];
  const onSignal = (): void => (signalCode() === hangup ? leave : end).abort(signal.reason);
  if (signal.aborted) onSignal();
  signal.addEventListener("abort", onSignal, { once: true });
  return { end: end.signal, leave: leave.signal };
}

/** 128 + SIGHUP */
const hangup = 129;
