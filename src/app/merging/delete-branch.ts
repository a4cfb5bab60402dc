import { hostGit } from "../../clone/git/host-git.ts";
import { isCommitMerged } from "../../merging/merged/judge-commit.ts";
import type { Project } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { projectTarget } from "./project-target.ts";

/** A session that was cleaned, and the branches that `pull` may have made of it. */
export interface PulledBranches {
  session: string;
  branches: readonly string[];
}

/**
 * Deletes the branches of the project that `pull` made of a session, if their work is in the project's branch. A branch that is checked
 * out, that something else made, or that moves meanwhile is kept.
 * @returns a line for each branch that exists: what was done, or why it is kept
 */
export async function deletePulled(
  ctx: Context,
  project: Project,
  { session, branches }: PulledBranches,
  { dryRun }: { dryRun: boolean },
): Promise<string[]> {
  const { source, facts } = project;
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { code, stdout } = await hostGit(ctx, ["--git-dir", source.gitDir, ...args], { safe: [source.gitDir] });
    return code === 0 ? stdout.trim() : undefined;
  };
  const target = await projectTarget(ctx, project);
  const lines: string[] = [];
  for (const branch of new Set(branches)) {
    const ref = `refs/heads/${branch}`;
    const oid = await git("rev-parse", "-q", "--verify", `${ref}^{commit}`);
    if (oid === undefined) continue;
    const why =
      target === undefined || target.branch === branch
        ? "it is the project's branch"
        : (await isCheckedOut(git, ref))
          ? "it is checked out"
          : (await isPulled(git, ref, session))
            ? undefined
            : "pull did not make it";
    const isMerged =
      why === undefined && target !== undefined && (await isCommitMerged(ctx, { project: facts, source, target }, oid));
    if (!isMerged) lines.push(`branch ${plain(branch)} is kept: ${why ?? "its work is not merged"}`);
    else if (dryRun) lines.push(`branch ${plain(branch)} would be deleted: its work is merged`);
    else {
      // With the id that was judged: a branch that has moved since is kept.
      const done = await git("update-ref", "-d", ref, oid);
      const at = oid.slice(0, 12);
      lines.push(
        done === undefined
          ? `branch ${plain(branch)} is kept: it has moved`
          : `branch ${plain(branch)} was deleted (was ${at})`,
      );
    }
  }
  return lines;
}

type Git = (...args: string[]) => Promise<string | undefined>;

async function isCheckedOut(git: Git, ref: string): Promise<boolean> {
  const list = await git("worktree", "list", "--porcelain");
  return list === undefined || list.split("\n").includes(`branch ${ref}`);
}

/** The first entry of its log says who made it. Without a log it is not known. */
async function isPulled(git: Git, ref: string, session: string): Promise<boolean> {
  const log = await git("log", "-g", "--format=%gs", ref, "--");
  return log?.split("\n").at(-1) === `cowork pull ${session}`;
}
