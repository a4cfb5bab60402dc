import { judgeMount, judgeVolumeFlag } from "./judge-mount.ts";
import { judgeTarget } from "./judge-target.ts";
import { isOff, parseRunArgs, renderRunArg, type RunArg } from "./parse-run-args.ts";
import { runFlags } from "./run-flags.ts";
import type { Verdict } from "./verdict.ts";

/** Judges `runArgs`: options in `runFlags` without a reason are accepted, and everything else is a finding. */
export function judgeRunArgs(verdict: Verdict, words: readonly string[], where = "runArgs"): void {
  const { groups, rest } = parseRunArgs(words);
  for (const arg of groups.flatMap(({ args }) => args)) judgeArg(verdict, where, arg);
  if (rest.length > 0) {
    verdict.add(where, rest.join(" "), "is not an option that cowork knows, so it may have any effect");
  }
}

function judgeArg(verdict: Verdict, where: string, arg: RunArg): void {
  const { name, value = "" } = arg;
  if (name === "mount") return judgeMount(verdict, where, value);
  if (name === "volume") return judgeVolumeFlag(verdict, where, value);
  if (name === "tmpfs") judgeTarget(verdict, where, value, value.split(":")[0] ?? "");
  const gives = runFlags[name]?.gives;
  if (gives === undefined || isOff(arg)) return;
  const why = typeof gives === "string" ? gives : gives(value);
  if (why !== undefined) verdict.add(where, renderRunArg(arg), why);
}
