import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canCollide, pathSet, type ChangedPath } from "../../../src/merging/judge/prefilter.ts";
import { compareWithGit } from "../../support/merging/compare-with-git.ts";
import { type GitWorkshop, gitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;

beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(() => shop.end());

describe("the judgement of pairs", () => {
  // test/soak/merging.test.ts does it for more than 500 merges.
  it("is that of git merge, also for the pairs that are not merged at all", async () => {
    const seeds = fc.sample(fc.integer({ min: 1, max: 1_000_000 }), 5);
    let [merges, conflicts] = [0, 0];
    for (const seed of seeds) {
      const done = await compareWithGit(shop, seed);
      merges += done.merges;
      conflicts += done.conflicts;
    }
    expect(merges).toBe(50);
    expect(conflicts).toBeGreaterThan(3);
  });
});

const change = (path: string, status: ChangedPath["status"]): ChangedPath => ({
  path,
  status,
  modes: ["100644", "100644"],
  oids: ["1", "2"],
});
const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const changes = fc
  .uniqueArray(fc.tuple(path, fc.constantFrom("A", "M", "D", "T")), { maxLength: 6, selector: ([one]) => one })
  .map((all) => pathSet(all.map(([one, status]) => change(one, status))));

describe("canCollide", () => {
  it("is symmetrical, and true wherever paths meet", () => {
    fc.assert(
      fc.property(changes, changes, (a, b) => {
        expect(canCollide(a, b)).toBe(canCollide(b, a));
        const meet = [...a.paths.keys()].some((one) =>
          [...b.paths.keys()].some(
            (other) => one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`),
          ),
        );
        expect(meet && !canCollide(a, b)).toBe(false);
      }),
    );
  });

  it("is false for other folders, and true for a file added where a folder may have been renamed", () => {
    const moved = pathSet([change("d/one", "D"), change("e/one", "A")]);
    expect(canCollide(moved, pathSet([change("x/y", "A")]))).toBe(false);
    expect(canCollide(moved, pathSet([change("d/sub/new", "A")]))).toBe(true);
    expect(canCollide(moved, pathSet([change("d/two", "M")]))).toBe(false);
  });
});
