import { CoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { plain } from "../../../system/text.ts";
import { uninterruptible } from "../../../system/process/uninterruptible.ts";
import { gitFailed } from "../../git/host-git.ts";
import { appliedBefore } from "./applied-before.ts";
import { type Change, indexInfo, readChanges, shownPath } from "./entries.ts";
import { doneAlready, findInTheWay } from "./in-the-way.ts";
import { listed, mergeWork } from "./merge-work.ts";
import { type ApplyPlan, planApply, type Step } from "./plan-apply.ts";
import { type WorktreeGit, worktreeGit } from "./worktree-git.ts";

export interface AppliedFile {
  path: string;
  change: "added" | "changed" | "removed";
}

export interface Applied {
  /** the working tree that was changed */
  path: string;
  /** as they are now; without files that had the session's content before */
  files: AppliedFile[];
  /** paths of submodules with other commits in the session, which were left as they are */
  submodules: string[];
}

/**
 * Brings a commit's changes into a working tree as staged, uncommitted ones. git checks everything before it changes anything, and
 * is not interrupted while it does. Changes of the user that are not in the way stay as they are, staged or not. What an earlier
 * call brought from the same session and the user has not changed since is replaced.
 *
 * @param work a commit in the project's repository
 * @throws FILES_IN_THE_WAY with their names, CONFLICT, GIT_FAILED: nothing was changed
 */
export async function applyWork(
  ctx: Context,
  worktree: string,
  { work, session }: { work: string; session: string },
): Promise<Applied> {
  const git = worktreeGit(ctx, worktree);
  const head = await headOf(git);
  const merged = await mergeWork(git, head, work, session);
  const known = await appliedBefore(ctx, git, session);
  const compare = async (tree: string): Promise<Change[]> =>
    readChanges(await git.bytes("Comparing trees", ["diff-tree", "-r", ...rawOptions, head, tree]));
  const staged = readChanges(await git.bytes("Reading the index", ["diff-index", "--cached", ...rawOptions, head]));
  const conflicted = staged.filter(({ status }) => status === "U").map(({ path }) => path);
  if (conflicted.length > 0)
    throw inTheWay(conflicted, "finish or abort the merge there, then run the same command again");
  const before = await Promise.all(known.trees.map(compare));
  const plan = planApply({ work: await compare(merged), staged, before });
  const done = await doneAlready(git, plan.steps);
  const steps = plan.steps.filter(({ path }) => !done.has(path));
  const submodules = plan.submodules.map(shownPath);
  if (steps.length === 0) return { path: worktree, files: [], submodules };
  const blocked = await findInTheWay(git, steps, plan);
  if (blocked.length > 0) throw inTheWay(blocked, "commit, stash or move them, then run the same command again");
  const { from, to, all } = await makeTrees(git, head, steps, plan);
  await known.add(all);
  await update(worktreeGit(uninterruptible(ctx), worktree), from, to);
  return { path: worktree, files: steps.map(asFile), submodules };
}

const rawOptions = ["-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none"];

async function headOf(git: WorktreeGit): Promise<string> {
  const found = await git.try(["rev-parse", "-q", "--verify", "HEAD^{commit}"]);
  if (found.code === 0) return found.stdout.trim();
  throw new CoworkError("PROJECT_EMPTY", `${plain(git.folder)} has no commit checked out.`, {
    hint: "check out a branch there, then run the same command again",
  });
}

/** Two trees that differ in exactly these steps, and one with everything that has been applied from the session. */
async function makeTrees(
  git: WorktreeGit,
  head: string,
  wanted: readonly Step[],
  { kept }: ApplyPlan,
): Promise<{ from: string; to: string; all: string }> {
  return await git.withIndex("empty", async (temporary) => {
    const what = "Preparing the session's files";
    const write = async (entries: ApplyPlan["kept"]): Promise<string> => {
      const input = indexInfo(entries, head.length);
      await temporary.ok(what, ["update-index", "-z", "--index-info"], { input });
      return (await temporary.ok(what, ["write-tree"])).trim();
    };
    await temporary.ok(what, ["read-tree", head]);
    const from = await write(wanted.map((step) => [step.path, step.from]));
    const to = await write(wanted.map((step) => [step.path, step.to]));
    return { from, to, all: await write(kept) };
  });
}

/** git verifies index and working tree for every step before it writes the first file. */
async function update(git: WorktreeGit, from: string, to: string): Promise<void> {
  // The exit code only says that there are changes.
  await git.try(["update-index", "-q", "--refresh"]);
  const result = await git.try(["read-tree", "-m", "-u", from, to]);
  if (result.code !== 0) throw gitFailed("Applying the session's work", result);
}

function inTheWay(paths: readonly string[], hint: string): CoworkError {
  const message = `Nothing was applied: your own changes or files are in the way: ${listed(paths.map(shownPath))}.`;
  return new CoworkError("FILES_IN_THE_WAY", message, { hint });
}

function asFile({ path, from, to }: Step): AppliedFile {
  const change = from === undefined ? "added" : to === undefined ? "removed" : "changed";
  return { path: shownPath(path), change };
}
