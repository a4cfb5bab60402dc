import { CoworkError } from "../../errors.ts";
import { jobId } from "../../jobs/job-files.ts";
import { tryGit } from "../../project/git.ts";
import type { Project } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { branchName } from "../../system/ref-names.ts";
import { plain } from "../../system/text.ts";

/** What a merge is about: one target of one project. There is one merge at a time for it. */
export function mergeSubject({ facts }: Pick<Project, "facts">, into: string): string[] {
  return ["merge", facts.root, into];
}

export function mergeKey(project: Pick<Project, "facts">, into: string): string {
  return jobId("merge", mergeSubject(project, into));
}

/**
 * The branch to merge into: the one that is named, else the one that is checked out.
 * @throws REF_NOT_FOUND
 */
export async function mergeTarget(ctx: Context, project: Project, wanted: string | undefined): Promise<string> {
  const branch = wanted === undefined ? undefined : branchName(wanted);
  const name = branch ?? (await tryGit(ctx, project.worktree, ["symbolic-ref", "-q", "--short", "HEAD"]));
  if (name === undefined)
    throw new CoworkError("REF_NOT_FOUND", "The project has no branch checked out.", {
      hint: "name the branch to merge into: --into main",
    });
  const found = await tryGit(ctx, project.worktree, ["rev-parse", "-q", "--verify", `refs/heads/${name}^{commit}`]);
  if (found !== undefined) return name;
  throw new CoworkError("REF_NOT_FOUND", `The project has no branch ${plain(name)}.`, {
    hint: "list the branches with git branch, then name one: --into main",
  });
}
