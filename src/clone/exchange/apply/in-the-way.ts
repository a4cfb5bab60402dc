import { lstatSync, type Stats } from "node:fs";
import { indexInfo } from "./entries.ts";
import type { ApplyPlan, Step } from "./plan-apply.ts";
import type { WorktreeGit } from "./worktree-git.ts";

/** Steps whose result the working tree has already: the user made the same change, or a killed `--apply` got that far. */
export async function doneAlready(git: WorktreeGit, steps: readonly Step[]): Promise<Set<string>> {
  const made = steps.filter(({ to }) => to !== undefined);
  const differs = await git.withIndex("empty", async (temporary) => {
    // Nothing is removed from an empty index, so the length of ids does not matter.
    const input = indexInfo(
      made.map(({ path, to }) => [path, to]),
      40,
    );
    await temporary.ok("Comparing with the session's files", ["update-index", "-z", "--index-info"], { input });
    return await dirtyPaths(temporary);
  });
  const same = steps.filter(({ path, to }) =>
    to === undefined ? look(git, path) === undefined : !differs.has(path) && look(git, path) !== undefined,
  );
  return new Set(same.map(({ path }) => path));
}

/**
 * The user's own changes and untracked files that are in the way of these steps. git checks the same again when it applies them;
 * but it names only one, and it would replace ignored files without a word.
 */
export async function findInTheWay(git: WorktreeGit, steps: readonly Step[], plan: ApplyPlan): Promise<string[]> {
  const dirty = await git.withIndex("copy", dirtyPaths);
  const going = new Set(steps.filter(({ to }) => to === undefined).map(({ path }) => path));
  const found = new Set<string>();
  for (const step of steps) {
    const { path, from, to } = step;
    const now = plan.staged.has(path) ? plan.staged.get(path) : from;
    if (now !== from || dirty.has(path)) found.add(path);
    if (to === undefined) continue;
    for (const parent of parentsOf(path)) {
      const there = look(git, parent);
      if (there !== undefined && !there.isDirectory() && !going.has(parent)) found.add(parent);
    }
    const there = look(git, path);
    if (there?.isDirectory() === true) for (const one of await untrackedIn(git, path)) found.add(one);
    else if (there !== undefined && now === undefined) found.add(path);
  }
  return [...found].toSorted();
}

/** Files that differ from the index, or are gone. */
async function dirtyPaths(git: WorktreeGit): Promise<Set<string>> {
  // Otherwise files count that were only touched. The exit code says whether there are others.
  await git.try(["update-index", "-q", "--refresh"]);
  const listed = await git.bytes("Listing changed files", ["diff-files", "--name-only", "-z"]);
  return new Set(listed.toString("latin1").split("\0"));
}

async function untrackedIn(git: WorktreeGit, path: string): Promise<string[]> {
  const listed = await git.bytes("Listing untracked files", ["ls-files", "--others", "-z"]);
  return listed
    .toString("latin1")
    .split("\0")
    .filter((one) => one.startsWith(`${path}/`));
}

function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, n) => parts.slice(0, n + 1).join("/"));
}

function look(git: WorktreeGit, path: string): Stats | undefined {
  try {
    return lstatSync(Buffer.concat([Buffer.from(`${git.folder}/`), Buffer.from(path, "latin1")]), {
      throwIfNoEntry: false,
    });
  } catch {
    // A file is in the place of one of its folders.
    return undefined;
  }
}
