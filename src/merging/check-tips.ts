import type { Context } from "../system/context.ts";
import type { Found } from "./ask-clones.ts";
import type { Seen } from "./cache/tips.ts";
import { mergedInto } from "./merged/merged-of.ts";
import type { Target } from "./parties.ts";
import { readCommits, type Commits } from "./scratch/commits.ts";
import type { Scratch } from "./scratch/scratch-git.ts";

/**
 * What a session calls its commit may be anything, or nothing that it sent: then it gets a reason.
 * @returns the trees of the commits for which it is not known whether they are merged
 */
export async function checkTips(
  ctx: Context,
  scratch: Scratch,
  found: ReadonlyMap<string, Found>,
  { before, target }: { before: ReadonlyMap<string, Seen>; target: Target },
): Promise<Pick<Commits, "trees">> {
  const good = [...found].filter(([, { tip, reason }]) => tip !== undefined && reason === undefined);
  // That of the last look was checked then.
  const fresh = good.filter(([key, { tip }]) => tip !== before.get(key)?.tip);
  const open = good.filter(([, { merged }]) => merged?.of !== mergedInto(target));
  const named = [...fresh, ...open].flatMap(([, { tip, head }]) => [tip, head]).filter((oid) => oid !== undefined);
  if (named.length === 0) return { trees: new Map() };
  // Nothing else that reads commits runs at the same time: one that is made to be large takes git's whole memory limit.
  const commits = await readCommits(ctx, scratch, [...new Set([...target.tips, ...named])]);
  for (const [, seen] of fresh) if (!commits.are.has(seen.tip ?? "")) seen.reason = "its git sent no commit";
  return commits;
}
