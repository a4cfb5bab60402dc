import { afterAll, beforeAll, expect, it } from "vitest";
import { compareWithGit } from "../support/merging/compare-with-git.ts";
import { mergingShop } from "../support/merging/shop.ts";
import { type GitWorkshop, gitWorkshop } from "../support/git/git-project.ts";

let shop: GitWorkshop;

beforeAll(async () => {
  shop = await gitWorkshop();
});
afterAll(() => shop.end());

it("judges pairs as git merge does", async () => {
  const first = Number(process.env["COWORK_SEED"] ?? Math.floor(Math.random() * 1_000_000));
  const total = { merges: 0, conflicts: 0 };
  for (let seed = first; total.merges < 700; seed += 1) {
    const { merges, conflicts } = await compareWithGit(shop, seed);
    total.merges += merges;
    total.conflicts += conflicts;
  }
  console.log(`seed ${first}: ${total.merges} merges, ${total.conflicts} in conflict`);
  expect(total.conflicts).toBeGreaterThan(100);
});

it("is not held up by a clone with files of more than a gigabyte, and shows them as what they are", async () => {
  const merging = await mergingShop("seq 30 >f");
  try {
    await merging.clone("a", "sed -i 's/^5$/A/' f");
    await merging.clone("b", "sed -i 's/^5$/B/' f");
    await merging.clone("evil", "truncate -s 1G big; truncate -s 1G f");
    await merging.clone("worse", "truncate -s 600M f; git -c core.bigFileThreshold=1m commit -qam big");
    const { sessions, pairs } = await merging.look();
    expect(sessions.every(({ judged }) => judged)).toBe(true);
    const kinds = pairs.flatMap(({ a, b, paths }) => paths.map(({ kind }) => `${a} ${b} ${kind}`));
    const large = ["a evil", "a worse", "b evil", "b worse", "evil worse"].map((two) => `${two} large file`);
    expect(kinds.toSorted()).toEqual(["a b content", ...large]);
  } finally {
    await merging.end();
  }
});

it.each([
  // Two trees of trees: a million files in four objects.
  [
    "committed",
    `b=$(echo x | git hash-object -w --stdin)
    t=$(for n in $(seq 100); do printf '100644 blob %s\\tf%03d\\n' $b $n; done | git mktree)
    for level in 1 2; do t=$(for n in $(seq 100); do printf '040000 tree %s\\td%03d\\n' $t $n; done | git mktree); done
    git update-ref refs/heads/many $(git commit-tree -p HEAD -m many $t); git symbolic-ref HEAD refs/heads/many; : >.git/MERGE_HEAD`,
  ],
  ["untracked", "seq -w 1000 | xargs mkdir; for n in $(seq -w 1000); do (cd $n && seq 1000 | xargs touch); done"],
])(
  "a clone with a million files, %s, costs its own line only",
  async (_where, make) => {
    const merging = await mergingShop("seq 30 >f");
    try {
      await merging.clone("a", "sed -i 's/^5$/A/' f");
      await merging.clone("b", "sed -i 's/^5$/B/' f");
      await merging.clone("evil", make);
      const start = performance.now();
      const { sessions, pairs } = await merging.look();
      console.log(`${Math.round(performance.now() - start)} ms: ${sessions.map(({ reason }) => reason).join("; ")}`);
      expect(sessions.filter(({ judged }) => !judged).map(({ name }) => name)).toEqual(["evil"]);
      expect(sessions.find(({ name }) => name === "evil")?.reason).toMatch(/files have changed|too long|more than/);
      const others = pairs.filter(({ a, b }) => a !== "evil" && b !== "evil");
      expect(others.map(({ a, b, class: kind }) => `${a} ${b} ${kind}`).toSorted()).toEqual([
        "a b textual",
        "a project/main clean",
        "b project/main clean",
      ]);
    } finally {
      await merging.end();
    }
  },
  1_200_000,
);
