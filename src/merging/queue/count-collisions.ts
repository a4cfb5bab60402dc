import type { Context } from "../../system/context.ts";
import { parseMerges } from "../judge/parse-merges.ts";
import type { Taken } from "./candidate.ts";
import type { Scratch } from "./scratch.ts";

/**
 * With how many of the others each session conflicts: all pairs are merged in memory, in one call of git.
 * @returns by name; empty if git cannot tell, then the order stays as given
 */
export async function countCollisions(
  ctx: Context,
  scratch: Scratch,
  taken: readonly Taken[],
): Promise<Map<string, number>> {
  // Two collide with each other or not at all: that gives no order.
  if (taken.length < 3) return new Map();
  const pairs = taken.flatMap((a, n) => taken.slice(n + 1).map((b) => [a, b] as const));
  try {
    const { code, stdout } = await scratch.git(
      ["merge-tree", "--write-tree", "--allow-unrelated-histories", "--stdin"],
      {
        input: pairs.map(([a, b]) => `${a.commit} ${b.commit}\n`).join(""),
      },
    );
    const records = parseMerges(stdout);
    if (code !== 0 || records.length !== pairs.length) return new Map();
    const counts = new Map(taken.map(({ name }) => [name, 0]));
    for (const [n, pair] of pairs.entries()) {
      if (records[n]?.clean !== false) continue;
      for (const { name } of pair) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`merge: the order of collisions: ${String(error)}`);
    return new Map();
  }
}
