import { CoworkError } from "../../../errors.ts";
import { ownCommand, steps } from "../../../hint.ts";
import { plain } from "../../../system/text.ts";
import { gitFailed } from "../../git/host-git.ts";
import type { WorktreeGit } from "./worktree-git.ts";

/**
 * The tree of HEAD with the session's work. If the project has moved on, git merges the two, without touching the working tree.
 * @throws CONFLICT with the files, GIT_FAILED
 */
export async function mergeWork(git: WorktreeGit, head: string, work: string, session: string): Promise<string> {
  const tree = async (commit: string): Promise<string> =>
    (await git.ok("Reading the session's work", ["rev-parse", "--verify", `${commit}^{tree}`])).trim();
  const isAncestor = async (one: string, other: string): Promise<boolean> =>
    (await git.try(["merge-base", "--is-ancestor", one, other])).code === 0;
  if (await isAncestor(head, work)) return await tree(work);
  if (await isAncestor(work, head)) return await tree(head);
  const asBranch = ownCommand("pull", session, "--uncommitted");
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", head, work];
  const merged = await git.try(args);
  const [oid = "", ...files] = merged.stdout.split("\0").filter((part) => part !== "");
  if (merged.code === 0) return oid;
  if (merged.code === 1) {
    const names = [...new Set(files)].map(plain);
    const message = `The session's work conflicts with commits of the project: ${listed(names)}.`;
    throw new CoworkError("CONFLICT", message, { hint: steps`pull it as a branch and merge that: ${asBranch}` });
  }
  if (merged.code === 129) {
    const message = "The project has commits that the session does not have, and this git is too old to merge them.";
    throw new CoworkError("GIT_FAILED", message, {
      hint: steps`install git 2.38 or newer, or pull it as a branch: ${asBranch}`,
    });
  }
  throw gitFailed("Merging the session's work", merged);
}

/** At most ten names. */
export function listed(names: readonly string[]): string {
  return names.slice(0, 10).join(", ") + (names.length > 10 ? ` and ${names.length - 10} more` : "");
}
