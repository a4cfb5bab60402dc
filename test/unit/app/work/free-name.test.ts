import { expect, test } from "vitest";
import { pickName } from "../../../../src/app/work/free-name.ts";
import { checkSessionName, nameKey } from "../../../../src/session/record/names.ts";

test("a name is two words, valid, and not one that is taken", () => {
  const first = pickName(new Set(), () => 0);
  expect(first).toMatch(/^[a-z]+-[a-z]+$/);
  checkSessionName(first);
  const second = pickName(new Set([nameKey(first)]), () => 0);
  expect(second).not.toBe(first);
});

test("when all names are taken, one with a number is left", () => {
  const taken = new Set<string>();
  for (;;) {
    const name = pickName(taken, () => 0);
    if (/\d/.test(name)) break;
    taken.add(nameKey(name));
  }
  expect(taken.size).toBeGreaterThan(1000);
  const name = pickName(taken, () => 0);
  expect(taken.has(nameKey(name))).toBe(false);
  expect(pickName(new Set([...taken, nameKey(name)]), () => 0)).not.toBe(name);
});
