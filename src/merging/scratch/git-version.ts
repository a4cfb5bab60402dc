import { CoworkError } from "../../errors.ts";
import { hostGitOk } from "../../clone/git/host-git.ts";
import type { Context } from "../../system/context.ts";
import { memoizePerRun } from "../../system/known.ts";
import { plain } from "../../system/text.ts";

/**
 * The version of git on this machine, which must merge many pairs in one process.
 * @throws GIT_FAILED before 2.39, GIT_MISSING
 */
export async function mergingGit(ctx: Context): Promise<string> {
  const asked = async (): Promise<string> => await hostGitOk(ctx, ["version"], { what: "git version" });
  const text = (await memoizePerRun(ctx, "git version", asked)).trim().replace(/^git version /, "");
  if (canMerge(text)) return text;
  throw new CoworkError("GIT_FAILED", `git ${plain(text)} cannot compare sessions: that needs git 2.39 or newer.`, {
    hint: "install git 2.39 or newer on this machine, then run the same command again",
  });
}

export function canMerge(version: string): boolean {
  const [, major = "0", minor = "0"] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 39);
}
