import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { openPairCache } from "../../../src/merging/cache/pair-cache.ts";
import { judgePairs, type Party } from "../../../src/merging/judge/judge-pairs.ts";
import { openScratch } from "../../../src/merging/scratch/open-scratch.ts";
import type { GitWorkshop } from "../git/git-project.ts";
import { mergesClean, randomHistory } from "./random-trees.ts";

/**
 * Judges all pairs of a random history, and merges each for real.
 * @returns the number of merges, and of those in conflict; throws where the two differ
 */
export async function compareWithGit(shop: GitWorkshop, seed: number): Promise<{ merges: number; conflicts: number }> {
  const { stream, sessions } = randomHistory(seed);
  const project = join(shop.root, `history-${seed}`);
  await shop.sh(shop.root, `git init -q '${project}'`);
  execFileSync("git", ["fast-import", "--quiet"], { cwd: project, env: shop.env, input: stream });
  const tipOf = async (name: string): Promise<Party> => {
    return { name, tip: await shop.git(project, "rev-parse", `refs/heads/${name}`), isSession: name !== "main" };
  };
  const [main, ...parties] = await Promise.all(["main", ...sessions].map(tipOf));
  if (main === undefined) throw new Error("no main");
  const source = { kind: "repository", root: project, gitDir: join(project, ".git") } as const;
  const scratch = await openScratch(shop.context, { name: `history-${seed}`, source, target: main.tip });
  const cache = await openPairCache(shop.context, `history-${seed}`, "test");
  const pairs = parties.flatMap((a, n) => [...parties.slice(n + 1), main].map((b) => [a, b] as const));
  const judged = await judgePairs(shop.context, scratch, pairs, { projectTips: [main.tip], cache });
  let conflicts = 0;
  for (const [n, [a, b]] of pairs.entries()) {
    const ours = judged.pairs[n]?.class;
    const isClean = await mergesClean(project, shop.env, a.tip, b.tip);
    if (!isClean) conflicts += 1;
    if (ours !== (isClean ? "clean" : "textual"))
      throw new Error(
        `seed ${seed}: ${a.name} and ${b.name} are ${ours}, and git merges them ${isClean ? "clean" : "with conflicts"}`,
      );
  }
  return { merges: pairs.length, conflicts };
}
