import type { Context } from "../../system/context.ts";
import { isOid, scratchGit, type Scratch } from "./scratch-git.ts";

export interface Commits {
  /** those that are commits */
  are: ReadonlySet<string>;
  /** their trees, as far as they could be read */
  trees: ReadonlyMap<string, string>;
}

/**
 * Which of the objects are commits, and their trees, in one call of git.
 * @param oids full ids of objects that need not exist
 */
export async function readCommits(ctx: Context, scratch: Scratch, oids: readonly string[]): Promise<Commits> {
  if (oids.length === 0) return { are: new Set(), trees: new Map() };
  // The types first: to read a tree's id git reads the whole commit, and one that is made to be too large may end git.
  const asked = [...oids, ...oids.map((oid) => `${oid}^{tree}`)];
  const { stdout } = await scratchGit(ctx, scratch, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    input: asked.map((one) => `${one}\n`).join(""),
  });
  const lines = stdout.split("\n").map((line) => line.split(" "));
  const are = new Set(oids.filter((_, n) => lines[n]?.[1] === "commit"));
  const trees = oids.flatMap((oid, n) => {
    const [tree = "", type] = lines[oids.length + n] ?? [];
    return are.has(oid) && type === "tree" && isOid(tree) ? [[oid, tree] as const] : [];
  });
  return { are, trees: new Map(trees) };
}
