import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { makeBundle } from "../../clone/exchange/make-bundle.ts";
import { applyRefs, type PulledRef } from "../../clone/exchange/pull-apply.ts";
import { takeBundle } from "../../clone/exchange/quarantine.ts";
import { hostGitOk } from "../../clone/git/host-git.ts";
import { savedBy } from "../../clone/unsaved/saved.ts";
import type { MergeResult } from "../../contract/merging/merge.ts";
import { CoworkError } from "../../errors.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import type { Candidate } from "./candidate.ts";
import type { Scratch } from "./scratch.ts";

export interface Landing {
  scratch: Scratch;
  source: Source;
  /** short name of the target */
  into: string;
  /** id of the merge */
  id: string;
  ff: boolean;
  tested: boolean;
}

export type Landed = { result: MergeResult; note?: string } | "moved-on";

/**
 * Brings a commit into the project and moves the target to it, forward only, and only if it is where it was seen last. A target that
 * is checked out moves only with `ff` and without changes there; else the result is a branch `merge/{id}`. Objects come first and the
 * ref last, so that a process which is killed leaves the target old or new.
 * @returns `moved-on` if the target has other commits by now
 * @throws GIT_FAILED, DISK_FULL
 */
export async function landCommit(
  ctx: Context,
  landing: Landing,
  { commit, tree }: Pick<Candidate, "commit" | "tree">,
): Promise<Landed> {
  const { source, into, id, tested } = landing;
  await bringObjects(ctx, landing, commit);
  const target = `refs/heads/${into}`;
  try {
    const done = await moveRef(ctx, landing, target, commit);
    // The target may not be taken for anything else, and one that is ahead has other commits.
    if (done.ref !== target || done.commit !== commit) return "moved-on";
    await assertTree(ctx, source, { ref: target, commit, tree });
    const how = (await isCheckedOut(ctx, source, target)) ? "fast-forwarded" : "moved";
    return { result: { ref: target, commit, tree, how, tested } };
  } catch (error) {
    if (!(error instanceof CoworkError)) throw error;
    if (error.code === "BRANCH_DIVERGED") return "moved-on";
    if (error.code !== "BRANCH_CHECKED_OUT") throw error;
    const { ref } = await moveRef(ctx, landing, `refs/heads/merge/${id}`, commit);
    await assertTree(ctx, source, { ref, commit, tree });
    return { result: { ref, commit, tree, how: "branch", tested }, note: error.message };
  }
}

async function moveRef(ctx: Context, { source, id, ff }: Landing, ref: string, oid: string): Promise<PulledRef> {
  const wanted = [{ oid, ref, numbered: false }];
  const { refs } = await applyRefs(ctx, source, wanted, { session: `merge-${id}`, ff, otherwise: false, named: false });
  const [done] = refs;
  if (done === undefined) throw new CoworkError("INTERNAL", `Nothing was written for ${ref}.`);
  return done;
}

async function bringObjects(ctx: Context, { scratch, source, id }: Landing, commit: string): Promise<void> {
  const folder = join(ctx.paths.stateRoot, ".tmp", `land-${randomBytes(8).toString("hex")}`);
  await ensureFolder(folder, { mode: 0o700 });
  try {
    const have = await savedBy(ctx, source, { ask: false }).tips();
    const bundle = await makeBundle(ctx, scratch.source, { oids: [commit], have }, folder);
    if (bundle === undefined) return;
    const name = `${ctx.paths.pathHash}-merge-${id}`;
    await takeBundle(ctx, source, bundle, { name, tips: [commit], gitHint: "pull the sessions one by one" });
  } finally {
    await removeTree(folder);
  }
}

/** What was tested is what landed. */
async function assertTree(
  ctx: Context,
  source: Source,
  { ref, commit, tree }: { ref: string; commit: string; tree: string },
): Promise<void> {
  const args = ["--git-dir", source.gitDir, "rev-parse", `${ref}^{commit}`, `${ref}^{tree}`];
  const shown = await hostGitOk(ctx, args, { safe: [source.gitDir], what: "Reading the result" });
  if (shown.trim() === `${commit}\n${tree}`) return;
  throw new CoworkError("GIT_FAILED", `${ref} changed while it was written: it is not the commit that was tested.`, {
    hint: "look at it with git log, then run the same command again",
  });
}

async function isCheckedOut(ctx: Context, source: Source, ref: string): Promise<boolean> {
  const args = ["--git-dir", source.gitDir, "worktree", "list", "--porcelain"];
  const list = await hostGitOk(ctx, args, { safe: [source.gitDir], what: "Reading the working trees" });
  return list.split("\n").includes(`branch ${ref}`);
}
