import type { MergedView } from "../../contract/merging/conflicts.ts";
import type { Context } from "../../system/context.ts";
import { mergePairs } from "../judge/merge-pairs.ts";
import { readChanges } from "../judge/path-sets.ts";
import { readCommits, type Commits } from "../scratch/commits.ts";
import { isOid, scratchGit, type Scratch } from "../scratch/scratch-git.ts";
import { readPoints } from "./points.ts";

export type Merged = Pick<MergedView, "state" | "how">;

export interface MergedRequest {
  /** the session's work, what is uncommitted included */
  tip: string;
  /** the commit that it started from: work of its own comes after that; absent: whatever is in the branch is merged */
  start?: string;
  /** the tip of the branch that it may be in */
  target: string;
  /** the one commit of the project that it comes after, if known */
  base?: string | undefined;
  /** trees of commits, as far as they were read before */
  trees?: Commits["trees"];
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
  const isSame = async (): Promise<boolean> => await hasSameTree(ctx, scratch, request);
  // The branch has no commit since, so nothing can have come into it.
  if (request.base === target) {
    if (tip === start) return { state: "nothing" };
    if (tip === target) return { state: "merged", how: "ancestor" };
    return { state: (await isSame()) ? "adds nothing" : "not merged" };
  }
  // 0: nothing of its own since it started.
  if (start !== undefined && (await git("rev-list", "--count", tip, `^${start}`)) === "0") return { state: "nothing" };
  const bases = ((await git("merge-base", "--all", tip, target)) ?? "").split("\n").filter((oid) => isOid(oid));
  const [base] = bases;
  // 1
  if (base === tip) return { state: "merged", how: "ancestor" };
  if (base === undefined) return { state: "not merged" };
  const changes = (await readChanges(ctx, scratch, [{ base, tip }]))[0];
  // 2: with several merge bases a net change is not known.
  if (bases.length === 1 && Array.isArray(changes) && changes.length === 0) return { state: "adds nothing" };
  const paths = Array.isArray(changes) ? changes.map(({ path }) => path) : [];
  const points = await readPoints(ctx, scratch, { base, target, paths });
  // No commit of the branch touches what the work changes: none of the checks below can find it.
  if (points.length === 0 && paths.length > 0) return { state: "not merged" };
  // 3
  if (await isSame()) return { state: "merged", how: "same tree" };
  const [now, ...states] = await mergeAt(ctx, scratch, tip, [target, ...points.map(({ oid }) => oid)]);
  // 4
  if (now === "no-op") return { state: "merged", how: "no-op" };
  if (bases.length > 1 || !Array.isArray(changes)) return { state: "not merged" };
  return await judgePatches(git, { base, tip, target }, now, states);
}

async function hasSameTree(ctx: Context, scratch: Scratch, { tip, target, trees }: MergedRequest): Promise<boolean> {
  const isKnown = trees?.has(tip) === true && trees.has(target);
  const known = isKnown ? trees : (await readCommits(ctx, scratch, [tip, target])).trees;
  return known.has(tip) && known.get(tip) === known.get(target);
}

/** 5 and 6 compare patches; 7 looks for a time at which the branch had all of it. */
async function judgePatches(
  git: Git,
  work: { base: string; tip: string; target: string },
  now: MergeState | undefined,
  before: readonly MergeState[],
): Promise<Merged> {
  const isEach = await hasSameCommits(git, work.tip, work.target);
  const how = isEach ? "same commits" : (await hasSamePatch(git, work)) ? "same patch" : undefined;
  const found = before.indexOf("no-op");
  if (how === undefined && found < 0) return { state: "not merged" };
  // 9: since then there was a time, or it is now, when a merge would bring the change again.
  const since = found < 0 ? [] : before.slice(0, found);
  const isGone = now === "change" || since.includes("change");
  return { state: isGone ? "reverted" : "merged", how: how ?? "no-op before" };
}

type MergeState = "no-op" | "change" | "conflict" | "unknown";

/** What a merge of the tip into each commit would do. */
async function mergeAt(ctx: Context, scratch: Scratch, tip: string, commits: readonly string[]): Promise<MergeState[]> {
  const [records, { trees }] = await Promise.all([
    mergePairs(
      ctx,
      scratch,
      commits.map((oid) => ({ a: oid, b: tip })),
    ),
    readCommits(ctx, scratch, commits),
  ]);
  return records.map((record, n) => {
    if (record === undefined) return "unknown";
    if (!record.clean) return "conflict";
    return record.tree === trees.get(commits[n] ?? "") ? "no-op" : "change";
  });
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
  { base, tip, target }: { base: string; tip: string; target: string },
): Promise<boolean> {
  const identity = ["-c", "user.name=cowork", "-c", "user.email=cowork@localhost"];
  const whole = await git(...identity, "commit-tree", "-m", "squashed", "-p", base, `${tip}^{tree}`);
  if (whole === undefined || !isOid(whole)) return false;
  return (await git("cherry", target, whole, base))?.startsWith("- ") === true;
}
