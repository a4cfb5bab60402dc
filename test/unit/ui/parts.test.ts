import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { createStyle, wantsColour } from "../../../src/ui/terminal/style.ts";
import { renderTable } from "../../../src/ui/terminal/table.ts";
import { ago, bytes, duration, plural } from "../../../src/ui/terminal/units.ts";
import { pad, glueQuoted, truncate, wrapLines } from "../../../src/ui/terminal/width.ts";
import { someTime } from "../../support/fakes/fake-host.ts";

test.each([
  ["2026-03-01T11:59:30Z", "just now"],
  ["2026-03-01T12:01:00Z", "just now"],
  ["2026-03-01T11:57:00Z", "3 min ago"],
  ["2026-03-01T09:00:00Z", "3 h ago"],
  ["2026-02-28T11:00:00Z", "1 day ago"],
  ["2025-12-01T12:00:00Z", "90 days ago"],
  ["no date", ""],
  ["", ""],
])("%s is %s", (date, text) => {
  expect(ago(date, someTime)).toBe(text);
});

test("durations, sizes and counts are formatted", () => {
  const given = [0, 449, 12_340, 59_960, 125_000, 3_599_000, 4 * 3600_000, 5_430_000];
  const shown = ["0.0s", "0.4s", "12.3s", "1m 00s", "2m 05s", "59m 59s", "4h 00m", "1h 30m"];
  expect(given.map(duration)).toEqual(shown);
  expect([0, 999, 1000, 12_400_000, 999_900, 3e12, 5e15].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "12 MB",
    "1.0 MB",
    "3.0 TB",
    "5000 TB",
  ]);
  expect([plural(1, "stash", "stashes"), plural(0, "session")]).toEqual(["1 stash", "0 sessions"]);
});

describe("width", () => {
  test("wide characters count as two columns, and truncated text ends with …", () => {
    expect(truncate("漢字かな", 5)).toBe("漢字…");
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("abcd", 3)).toBe("ab…");
    expect(truncate("abcd", 0)).toBe("");
    expect(pad("漢", 4)).toBe("漢  ");
    expect(pad("x", 3, "left")).toBe("  x");
  });

  test("lines are broken at spaces only: a path that is too long stays whole", () => {
    expect(wrapLines("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapLines("see /a/very/long/path x", 7)).toEqual(["see", "/a/very/long/path", "x"]);
    expect(wrapLines("one two", Number.POSITIVE_INFINITY)).toEqual(["one two"]);
  });

  test("a command in backquotes is not broken", () => {
    expect(wrapLines(glueQuoted("to fix it, run `cowork doctor --fix` now"), 14)).toEqual([
      "to fix it, run",
      "`cowork doctor --fix`",
      "now",
    ]);
  });

  test("truncated text is never wider than the limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(stringWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

test("a table is never wider than the terminal, whatever its content", () => {
  const cell = fc.record({ text: fc.string({ unit: "grapheme", maxLength: 30 }) });
  const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 12, max: 60 }), (content, width) => {
      const columns = [
        { title: "NAME", min: 4 },
        { title: "STATE", drop: 1 },
        { title: "N", align: "right" as const },
      ];
      const lines = renderTable(columns, content, { width, style: createStyle(false) }).split("\n");
      expect(lines).toHaveLength(content.length + 1);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test("without a terminal nothing is truncated", () => {
  const text = "x".repeat(500);
  const options = { width: Number.POSITIVE_INFINITY, style: createStyle(false) };
  expect(renderTable([{ title: "A", min: 3 }], [[{ text }]], options)).toContain(text);
});

test.each([
  [{ isTerminal: true, env: {}, noColour: false }, true],
  [{ isTerminal: false, env: {}, noColour: false }, false],
  [{ isTerminal: true, env: { NO_COLOR: "1" }, noColour: false }, false],
  [{ isTerminal: true, env: { NO_COLOR: "" }, noColour: false }, true],
  [{ isTerminal: true, env: { TERM: "dumb" }, noColour: false }, false],
  [{ isTerminal: false, env: { FORCE_COLOR: "1" }, noColour: false }, true],
  [{ isTerminal: true, env: { FORCE_COLOR: "0" }, noColour: false }, false],
  [{ isTerminal: true, env: { FORCE_COLOR: "1", NO_COLOR: "1" }, noColour: false }, false],
  [{ isTerminal: true, env: { FORCE_COLOR: "1" }, noColour: true }, false],
])("colour for %j: %s", (options, wanted) => {
  expect(wantsColour(options)).toBe(wanted);
});
