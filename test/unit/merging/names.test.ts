import { afterEach, beforeEach, expect, test } from "vitest";
import { mergingShop, type MergingShop } from "../../support/merging/shop.ts";

let shop: MergingShop;

beforeEach(async () => {
  shop = await mergingShop(
    "printf 'def find_order(id):\\n    return id\\n' >store.py; printf 'def total():\\n    a = 1\\n    b = 2\\n    c = 3\\n    return a\\n' >summary.py",
  );
});
afterEach(() => shop.end());

test("sessions whose changes git merges clean are compared by names, uncommitted ones too", async () => {
  await shop.clone("renames", "sed -i s/find_order/get_order_by_id/ store.py; git commit -qam renamed");
  await shop.clone("calls", "sed -i 's/a = 1/a = find_order(1)/' summary.py");
  await shop.clone("edits", "sed -i 's/c = 3/c = 4/' summary.py");
  const { pairs } = await shop.look();
  const found = (a: string, b: string): unknown => pairs.find((pair) => pair.a === a && pair.b === b);
  expect(found("renames", "calls")).toMatchObject({
    class: "semantic",
    paths: [
      {
        path: "store.py",
        kind: "names",
        entities: ["find_order"],
        signal: "R2",
        certain: true,
        usedIn: { path: "summary.py", name: "total" },
      },
    ],
  });
  expect(found("renames", "edits")).toMatchObject({ class: "clean", paths: [] });
});

test("a conflict says what it is in, and a verdict from the cache says the same", async () => {
  await shop.clone("a", "sed -i 's/b = 2/b = 5/' summary.py");
  await shop.clone("b", "sed -i 's/b = 2/b = 6/' summary.py");
  const first = await shop.look();
  expect(first.pairs.find(({ a, b }) => a === "a" && b === "b")).toMatchObject({
    class: "textual",
    paths: [{ path: "summary.py", kind: "content", within: "same entity", entities: ["total"] }],
  });
  expect((await shop.look()).pairs).toEqual(first.pairs);
});
