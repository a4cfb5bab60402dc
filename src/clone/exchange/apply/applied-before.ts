import { join } from "node:path";
import type { Context } from "../../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../../system/files/files.ts";
import type { WorktreeGit } from "./worktree-git.ts";

/** Trees that `--apply` put into a working tree, the newest first: the last ones are enough, also after a crash in between. */
const kept = 3;

export interface AppliedBefore {
  trees: string[];
  /** Notes a tree; called before it is applied. */
  add(tree: string): Promise<void>;
}

/**
 * What `--apply` has brought from a session into this working tree before, as ids of trees. They are in the git folder of the
 * working tree. Trees that git has removed meanwhile are left out: then their files count as the user's own.
 */
export async function appliedBefore(ctx: Context, git: WorktreeGit, session: string): Promise<AppliedBefore> {
  const path = await git.ok("Finding the git folder", ["rev-parse", "--path-format=absolute", "--git-dir"]);
  const folder = join(path.replace(/\n$/, ""), "cowork-applied");
  const file = join(folder, session);
  const lines = ((await readTextFile(file, { maxBytes: 4096 })) ?? "").split("\n");
  const named = lines.filter((line) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(line)).slice(0, kept);
  const trees: string[] = [];
  for (const tree of named) if ((await git.try(["cat-file", "-e", `${tree}^{tree}`])).code === 0) trees.push(tree);
  return {
    trees,
    add: async (tree) => {
      await ensureFolder(folder, { mode: 0o777 & ~(ctx.umask ?? 0o022) });
      const next = [tree, ...trees.filter((one) => one !== tree)].slice(0, kept);
      await writeFileAtomic(file, next.map((one) => `${one}\n`).join(""), { mode: 0o666 & ~(ctx.umask ?? 0o022) });
    },
  };
}
