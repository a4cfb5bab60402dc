import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, count, duration, money, plural } from "../../../src/web/text/units.ts";
import { plain, visibleSpans, withoutColours } from "../../../src/web/text/visible.ts";

test("invisible characters become marks, and all others stay", () => {
  expect(visibleSpans("rm\u202e -rf\u200b x\ty\n")).toEqual([
    { text: "rm" },
    { text: "U+202E", mark: true },
    { text: " -rf" },
    { text: "U+200B", mark: true },
    { text: " x\ty\n" },
  ]);
});

test("no text has invisible characters left", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = visibleSpans(text)
        .map((span) => span.text)
        .join("");
      expect(shown).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u);
      expect(plain(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test("colours of terminals go, the text stays", () => {
  expect(withoutColours("\u001b[31mred\u001b[0m\n\u001b]8;;http://x\u0007link\u001b]8;;\u0007")).toBe("red\nlink");
});

test("numbers have few digits and a unit", () => {
  expect([money(0), money(0.001), money(1.5), count(950), count(1200), count(45_000), count(2_300_000)]).toEqual([
    "",
    "<$0.01",
    "$1.50",
    "950",
    "1.2k",
    "45k",
    "2.3M",
  ]);
  expect([bytes(0), bytes(999), bytes(12_400), bytes(3e9)]).toEqual(["0 B", "999 B", "12.4 KB", "3.0 GB"]);
  expect([duration(-5), duration(59_000), duration(3_599_000), duration(7_300_000), duration(2e8)]).toEqual([
    "0 s",
    "59 s",
    "59 min",
    "2 h",
    "2 d",
  ]);
  expect([plural(1, "file"), plural(2, "file")]).toEqual(["1 file", "2 files"]);
});
