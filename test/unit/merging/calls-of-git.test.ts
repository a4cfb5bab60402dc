import { afterEach, beforeEach, expect, test } from "vitest";
import { createBlobReader } from "../../../src/merging/scratch/blob-reader.ts";
import type { Run } from "../../../src/system/process/process.ts";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;
/** what git was asked, and the sizes that it was asked for */
let calls: string[];

beforeEach(async () => {
  shop = await mergingShop("for n in 1 2 3 4; do printf 'def f%s():\\n    return 1\\n' $n >m$n.py; done");
  calls = [];
  const run = shop.context.run;
  const counted: Run = async (file, args, options) => {
    calls.push(
      [...(file === "/bin/sh" ? args.slice(3) : args)].find((word) => /^[a-z]+(-[a-z]+)*$/.test(word)) ?? file,
    );
    return await run(file, args, options);
  };
  shop.context.run = counted;
});
afterEach(() => shop.end());

const count = (name: string): number => calls.filter((call) => call === name).length;

test("contents and lineages of all pairs are read together, however many sessions there are", async () => {
  for (const [n, name] of ["a", "b", "c", "d", "e"].entries())
    await shop.clone(name, `sed -i 's/return 1/return ${n}${n}/' m1.py m2.py; echo '# ${name}' >>m3.py`);
  const { pairs } = await shop.look();
  expect(pairs.filter((pair) => pair.class === "textual")).toHaveLength(10);
  // Types and trees of what was sent, sizes, contents.
  expect(count("cat-file")).toBe(3);
  expect([count("rev-list"), count("diff-tree"), count("merge-tree")]).toEqual([1, 1, 1]);
});

test("nothing is asked about sessions that hold what they held", async () => {
  for (const name of ["a", "b"]) await shop.clone(name, `sed -i 's/return 1/return "${name}"/' m1.py`);
  const first = await shop.look();
  calls.length = 0;
  expect((await shop.look()).pairs).toEqual(first.pairs);
  expect(calls.toSorted()).toEqual(["for-each-ref", "rev-parse", "version"]);
});

test("contents beyond the size of one call are read by the next", async () => {
  const gitDir = `${shop.project}/.git`;
  const oids = [1, 2, 3].map(
    async (n) => await shop.sh(shop.project, `printf 'text ${n}' | git hash-object -w --stdin`),
  );
  const [one = "", two = "", three = ""] = await Promise.all(oids);
  const reader = createBlobReader(shop.context, { gitDir }, 14);
  for (const oid of [one, two, three]) reader.announce(oid);
  expect(await reader.text(two)).toBe("text 2");
  expect([await reader.text(one), await reader.text(three)]).toEqual(["text 1", "text 3"]);
  expect(await reader.text("1".repeat(40))).toBeUndefined();
  // Sizes and contents; contents of the last; the one that is not there.
  expect(count("cat-file")).toBe(4);
});
