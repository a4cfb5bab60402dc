import fc from "fast-check";
import { expect, test } from "vitest";
import { splitLines } from "../../../src/system/process/collect.ts";

function linesOf(chunks: Iterable<Uint8Array>): string[] {
  const lines: string[] = [];
  const split = splitLines((line) => lines.push(line));
  for (const chunk of chunks) split.push(chunk);
  split.end();
  return lines;
}

test("lines are the same however their bytes are cut", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "ä", "€", "\n", "\r\n", "🙂"), maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (given, size) => {
      const bytes = Buffer.from(given);
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
      const whole = given.split(/\r?\n/);
      expect(linesOf(chunks)).toEqual(whole.at(-1) === "" ? whole.slice(0, -1) : whole);
    }),
  );
});

test("a line that never ends is passed on in parts, and nothing of it is lost", () => {
  const lines = linesOf(Array.from({ length: 40 }, () => Buffer.alloc(1024 * 1024, "x")));
  expect(lines.length).toBe(3);
  expect(lines.reduce((sum, line) => sum + line.length, 0)).toBe(40 * 1024 * 1024);
});
