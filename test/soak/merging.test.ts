import { afterAll, beforeAll, expect, it } from "vitest";
import { compareWithGit } from "../support/merging/compare-with-git.ts";
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
