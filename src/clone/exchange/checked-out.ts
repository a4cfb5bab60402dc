import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { gitFailed, hostGit, hostGitOk } from "../git/host-git.ts";
import { shortName, type Git } from "./name-space.ts";

/** Which branch (full name) is checked out in which working tree of the project. */
export async function checkedOut(git: Git): Promise<Map<string, string>> {
  // git before 2.36 has no `-z` here; a path with a line end is then not recognised.
  const zeroed = await git(["worktree", "list", "--porcelain", "-z"]);
  const list = zeroed?.split("\0") ?? (await git(["worktree", "list", "--porcelain"]))?.split("\n");
  if (list === undefined) throw new CoworkError("GIT_FAILED", "git worktree list failed in the project.");
  const places = new Map<string, string>();
  let place: string | undefined;
  for (const line of list) {
    if (line === "") place = undefined;
    if (line.startsWith("worktree ")) place = line.slice("worktree ".length);
    if (line.startsWith("branch ") && place !== undefined) places.set(line.slice("branch ".length), place);
  }
  return places;
}

/** Moves working tree and index too, like `git merge --ff-only`: only without local changes, and without hooks, which the new commits may have brought. */
export async function fastForward(ctx: Context, place: string, ref: string, oid: string): Promise<void> {
  const options = {
    safe: [place],
    ...(ctx.umask === undefined ? {} : { umask: ctx.umask }),
    config: [
      ["core.hooksPath", "/dev/null"],
      ["core.fsmonitor", "false"],
      ["submodule.recurse", "false"],
    ] as [string, string][],
  };
  const changes = await hostGitOk(ctx, ["-C", place, "status", "--porcelain", "--untracked-files=no"], {
    ...options,
    what: "git status",
  });
  if (changes !== "") {
    throw new CoworkError(
      "BRANCH_CHECKED_OUT",
      `${shortName(ref)} is checked out in ${plain(place)} with uncommitted changes.`,
      {
        hint: "commit or stash them there, then run the same command again",
      },
    );
  }
  // Looked at again right before: the user may have switched to another branch there, which would be moved instead.
  const head = await hostGit(ctx, ["-C", place, "symbolic-ref", "-q", "HEAD"], options);
  if (head.stdout.trim() !== ref)
    throw new CoworkError("BRANCH_CHECKED_OUT", `${plain(place)} has just been switched to another branch.`, {
      hint: "run the same command again",
    });
  const result = await hostGit(
    ctx,
    ["-C", place, "merge", "--quiet", "--ff-only", "--no-overwrite-ignore", oid],
    options,
  );
  if (result.code !== 0) throw gitFailed(`Moving ${shortName(ref)} forward`, result);
}
