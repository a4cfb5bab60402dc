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

it("is not held up by a clone with more files than are compared", async () => {
  const merging = await mergingShop("seq 30 >f");
  try {
    await merging.clone("a", "sed -i 's/^5$/A/' f");
    await merging.clone("b", "sed -i 's/^5$/B/' f");
    await merging.clone("evil", "for n in $(seq 101); do mkdir d$n; (cd d$n && seq 1000 | xargs touch); done");
    const result = await merging.look();
    expect(result.sessions.find(({ name }) => name === "evil")?.reason).toMatch(/more than 100,000 files/);
    expect(merging.pair(result, "a", "b")).toBe("textual content:f");
  } finally {
    await merging.end();
  }
});
