import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plain, plainLines } from "../../../src/system/text.ts";

describe("plain", () => {
  test.each([
    ["text stays as it is", "text stays as it is"],
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b]0;title\u0007after", "after"],
    ["\u001b]8;;https://x.example\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["\u009b31mred", "red"],
    ["\u001bPdata\u001b\\x", "x"],
    ["\u001b(Bx", "x"],
    ["a\u001b", "a"],
    ["a\u0007\u0008\u007f\u0085b", "ab"],
    ["admin\u202ecod.exe", "admincod.exe"],
    ["a\u2066b\u2069\u200b\ufeff", "ab"],
    ["one\ntwo\r\nthree\n", "one\\ntwo\\nthree"],
    ["a\tb", "a b"],
    ["a\u2028b", "ab"],
    ["\ud800x", "\ufffdx"],
    ["grüße 日本 👩‍💻".replaceAll("\u200d", ""), "grüße 日本 👩💻"],
  ])("%j is %j", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  test("no input leads to output that a terminal interprets", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\u001b[", "\u001b]", "\u001b", "\u009d", "m", "\n", "\u202e"),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        // oxlint-disable-next-line no-control-regex -- the test looks for control characters
        const obeyed = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;
        expect(plain(pieces.join(""))).not.toMatch(obeyed);
      }),
    );
  });

  test("is fast with long hostile text", () => {
    expect(plain("\u001b]".repeat(200_000)).length).toBe(0);
    expect(plain(`\u001b[${"1;".repeat(200_000)}`).length).toBe(0);
  });
});

test("plainLines keeps lines and indentation", () => {
  expect(plainLines("a\n  \u001b[1mb\u001b[0m\r\n\tc\rd\n\n")).toEqual(["a", "  b", "  c", "d"]);
  expect(plainLines("")).toEqual([]);
});
