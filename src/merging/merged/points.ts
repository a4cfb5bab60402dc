import type { Context } from "../../system/context.ts";
import { isOid, scratchGit, type Scratch } from "../scratch/scratch-git.ts";

/** A commit of the branch at which the work may have been complete. */
export interface Point {
  oid: string;
}

const maxPoints = 200;
/** A longer list of paths is not given to git: then all commits count. */
const maxNamed = 1_000;

/**
 * Commits of the branch since the merge base that touch the work's paths, the newest first: only these can have brought it. In the
 * order of first parents, because a commit inside a merged branch was never the branch's tip.
 */
export async function readPoints(
  ctx: Context,
  scratch: Scratch,
  { base, target, paths }: { base: string; target: string; paths: readonly string[] },
): Promise<Point[]> {
  // A line of git's input is one path.
  const named = paths.length > maxNamed || paths.some((path) => /[\n\ufffd]/.test(path)) ? [] : paths;
  const input = [target, `^${base}`, ...(named.length === 0 ? [] : ["--", ...named])]
    .map((line) => `${line}\n`)
    .join("");
  const args = ["rev-list", "--first-parent", `--max-count=${maxPoints}`, "--stdin"];
  const { code, stdout } = await scratchGit(ctx, scratch, args, { input });
  if (code !== 0) return [];
  return stdout.split("\n").flatMap((oid) => (isOid(oid) ? [{ oid }] : []));
}
