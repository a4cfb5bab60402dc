import type { MergedView } from "../../contract/merging/conflicts.ts";
import type { Context } from "../../system/context.ts";
import { mergePairs } from "../judge/merge-pairs.ts";
import { readChanges } from "../judge/path-sets.ts";
import { isOid, scratchGit, type Scratch } from "../scratch/scratch-git.ts";
import { readPoints, type Point } from "./points.ts";

export type Merged = Pick<MergedView, "state" | "how">;

export interface MergedRequest {
  /** the session's work, what is uncommitted included */
  tip: string;
  /** the commit that it started from: work of its own comes after that; absent: whatever is in the branch is merged */
  start?: string;
  /** the tip of the branch that it may be in */
  target: string;
}

/**
 * Whether a session's work is in a branch: its commits, or all that they change. The checks are ordered by how certain they are and how
 * much they cost; when in doubt it is not merged.
 * @throws TIMEOUT, GIT_FAILED
 */
export async function judgeMerged(ctx: Context, scratch: Scratch, request: MergedRequest): Promise<Merged> {
  const { tip, start, target } = request;
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { code, stdout } = await scratchGit(ctx, scratch, args);
    return code === 0 ? stdout.trim() : undefined;
  };
  // 0: nothing of its own since it started.
  if (start !== undefined && (await git("rev-list", "--count", tip, `^${start}`)) === "0") return { state: "nothing" };
  // 1
  if ((await git("merge-base", "--is-ancestor", tip, target)) !== undefined)
    return { state: "merged", how: "ancestor" };
  const bases = ((await git("merge-base", "--all", tip, target)) ?? "").split("\n").filter((oid) => isOid(oid));
  const [base] = bases;
  if (base === undefined) return { state: "not merged" };
  const trees = ((await git("rev-parse", `${base}^{tree}`, `${tip}^{tree}`, `${target}^{tree}`)) ?? "").split("\n");
  const [before = "1", mine = "2", theirs = "3"] = trees;
  // 2: with several merge bases a net change cannot be told.
  if (bases.length === 1 && before === mine) return { state: "adds nothing" };
  // 3
  if (mine === theirs) return { state: "merged", how: "same tree" };
  const now = await mergeAt(ctx, scratch, tip, [target]);
  // 4
  if (now[0] === "no-op") return { state: "merged", how: "no-op" };
  if (bases.length > 1) return { state: "not merged" };
  const changes = (await readChanges(ctx, scratch, [{ base, tip }]))[0];
  if (!Array.isArray(changes)) return { state: "not merged" };
  // 5 and 6 compare patches; 7 looks for a time at which the branch had all of it.
  const how = (await hasSameCommits(git, tip, target))
    ? "same commits"
    : (await hasSamePatch(git, { base, mine, target }))
      ? "same patch"
      : undefined;
  const points = await readPoints(ctx, scratch, { base, target, paths: changes.map(({ path }) => path) });
  const states = await mergeAt(
    ctx,
    scratch,
    tip,
    points.map(({ oid }) => oid),
  );
  const found = states.indexOf("no-op");
  if (how === undefined && found < 0) return { state: "not merged" };
  // 9: since then there was a time, or it is now, when a merge would bring the change again.
  const since = found < 0 ? [] : states.slice(0, found);
  const isGone = now[0] === "change" || since.includes("change");
  return { state: isGone ? "reverted" : "merged", how: how ?? "no-op before" };
}

type MergeState = "no-op" | "change" | "conflict" | "unknown";

/** What a merge of the tip into each commit would do. */
async function mergeAt(
  ctx: Context,
  scratch: Scratch,
  tip: string,
  commits: readonly Point["oid"][],
): Promise<MergeState[]> {
  const [records, trees] = await Promise.all([
    mergePairs(
      ctx,
      scratch,
      commits.map((oid) => ({ a: oid, b: tip })),
    ),
    readTrees(ctx, scratch, commits),
  ]);
  return records.map((record, n) => {
    if (record === undefined) return "unknown";
    if (!record.clean) return "conflict";
    return record.tree === trees[n] ? "no-op" : "change";
  });
}

async function readTrees(ctx: Context, scratch: Scratch, commits: readonly string[]): Promise<(string | undefined)[]> {
  const { stdout } = await scratchGit(ctx, scratch, ["cat-file", "--batch-check=%(objectname)"], {
    input: commits.map((oid) => `${oid}^{tree}\n`).join(""),
  });
  const lines = stdout.split("\n");
  return commits.map((_, n) => (isOid(lines[n] ?? "") ? lines[n] : undefined));
}

type Git = (...args: string[]) => Promise<string | undefined>;

/** 5: every commit has one with the same patch in the branch. Commits that merge have no patch, so then it is not known. */
async function hasSameCommits(git: Git, tip: string, target: string): Promise<boolean> {
  if ((await git("rev-list", "--merges", "--max-count=1", tip, `^${target}`)) !== "") return false;
  const list = await git("cherry", target, tip);
  return list !== undefined && list !== "" && list.split("\n").every((line) => line.startsWith("- "));
}

/** 6: the branch has one commit with the whole change. */
async function hasSamePatch(
  git: Git,
  { base, mine, target }: { base: string; mine: string; target: string },
): Promise<boolean> {
  const identity = ["-c", "user.name=cowork", "-c", "user.email=cowork@localhost"];
  const whole = await git(...identity, "commit-tree", "-m", "squashed", "-p", base, mine);
  if (whole === undefined || !isOid(whole)) return false;
  return (await git("cherry", target, whole, base))?.startsWith("- ") === true;
}
