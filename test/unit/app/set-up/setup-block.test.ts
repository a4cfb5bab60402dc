import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findBlock, withBlock, withoutBlock } from "../../../../src/app/set-up/setup-block.ts";

const name = "completion";

test("removing the block restores the file byte for byte", () => {
  const text = fc.oneof(fc.constant(undefined), fc.string({ unit: fc.constantFrom("a", "#", " ", "\n", "\r", "é") }));
  fc.assert(
    fc.property(text, (before) => {
      const once = withBlock(before, name, "one\ntwo");
      expect(findBlock(once, name)?.lines).toBe("one\ntwo");
      expect(withBlock(once, name, "one\ntwo")).toBe(once);
      expect(withoutBlock(withBlock(once, name, "three"), name)).toBe(before);
    }),
  );
});

test("removing two blocks restores the file byte for byte, whichever is added or removed first", () => {
  const text = fc.oneof(fc.constant(undefined), fc.string({ unit: fc.constantFrom("a", "#", "\n") }));
  const order = fc.constantFrom(["alias", name], [name, "alias"]);
  fc.assert(
    fc.property(text, order, order, (before, added, removed) => {
      let now = before;
      for (const one of added) now = withBlock(now, one, one);
      for (const one of removed) now = withoutBlock(now ?? "", one);
      expect(now).toBe(before);
    }),
  );
});

test("lines that the user added after the block are kept", () => {
  expect(withoutBlock(`${withBlock("a", name, "x")}b\n`, name)).toBe("a\nb\n");
  expect(withoutBlock(`${withBlock(undefined, name, "x")}b\n`, name)).toBe("b\n");
});

test("an incomplete block, and a block of another name, is not changed", () => {
  const half = "# >>> cowork setup: completion >>>\nx\n";
  expect(withoutBlock(half, name)).toBe(half);
  expect(withoutBlock(withBlock("a\n", "alias", "x"), name)).toBe(withBlock("a\n", "alias", "x"));
});
