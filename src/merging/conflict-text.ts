import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { withLock } from "../system/locks.ts";
import { removeTree } from "../system/files/tree.ts";
import type { LookRequest } from "./look.ts";
import { openScratch } from "./scratch/open-scratch.ts";
import { scratchName } from "./scratch/scratch-name.ts";
import { isOid, scratchGit, temporary } from "./scratch/scratch-git.ts";

/** A pair of commits that collide, with the names to show for them. */
export interface TextRequest {
  a: { name: string; commit: string };
  b: { name: string; commit: string };
  paths: readonly string[];
}

const maxOutput = 4 * 1024 * 1024;
const maxNamed = 200;

/**
 * What a merge of two commits would leave in the paths that collide: the difference from the first one's files, with git's conflict
 * markers, each side under its session's name. Untrusted text.
 * @returns in order; empty if the commits are not there any more
 */
export async function conflictTexts(
  ctx: Context,
  { project, source, target }: Pick<LookRequest, "project" | "source" | "target">,
  requests: readonly TextRequest[],
): Promise<string[]> {
  const name = scratchName(project);
  return await withLock(ctx, `conflicts-${name}`, { what: "the comparison of sessions", waitMs: 120_000 }, async () => {
    const scratch = await openScratch(ctx, { name, source, target: target.tips[0] });
    const texts: string[] = [];
    for (const { a, b, paths } of requests) {
      const folder = join(scratch.gitDir, `${temporary}${randomBytes(6).toString("hex")}`);
      await mkdir(folder, { mode: 0o700 });
      try {
        if (!isOid(a.commit) || !isOid(b.commit)) {
          texts.push("");
          continue;
        }
        const args = ["merge-tree", "--write-tree", "--allow-unrelated-histories", "--no-messages", "-z"];
        const merged = await scratchGit(ctx, scratch, [...args, a.commit, b.commit], { objects: folder });
        const tree = merged.stdout.split("\0")[0] ?? "";
        if (!isOid(tree)) {
          texts.push("");
          continue;
        }
        const diff = ["diff-tree", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames"];
        const { stdout } = await scratchGit(
          ctx,
          scratch,
          [...diff, a.commit, tree, "--", ...paths.slice(0, maxNamed)],
          { objects: folder, maxOutput },
        );
        texts.push(stdout.replaceAll(a.commit, a.name).replaceAll(b.commit, b.name));
      } finally {
        await removeTree(folder);
      }
    }
    return texts;
  });
}
