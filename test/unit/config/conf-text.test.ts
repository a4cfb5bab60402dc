import { parse } from "ini";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editConf, parseConf } from "../../../src/config/conf-text.ts";

/** `ini` throws on a few lines, e.g. 'null'. `readConf` refuses such files. */
function isReadable(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("editConf", () => {
  test.each([
    ["changes only the key's line", "# a\nA=1\nB=2\n", "A", "3", "# a\nA=3\nB=2\n"],
    ["adds after the last line", "A=1\n\n", "B", "2", "A=1\nB=2\n\n"],
    ["completes a last line without a newline", "A=1", "B", "2", "A=1\nB=2\n"],
    ["keeps CRLF", "A=1\r\nB=2\r\n", "B", "3", "A=1\r\nB=3\r\n"],
    ["adds with CRLF", "A=1\r\n", "B", "2", "A=1\r\nB=2\r\n"],
    ["keeps space and indentation", "  A  =  1\n", "A", "2", "  A  =  2\n"],
    ["keeps a comment after the value", "A=1 ; why\n", "A", "2", "A=2 ; why\n"],
    ["keeps a hash comment", "A = 1 # why\nB=1\n", "A", "", "A = # why\nB=1\n"],
    ["moves the comment if the value needs quotes", "A=1 ; why\n", "A", "x=y", '; why\nA="x=y"\n'],
    ["changes the last of several", "A=1\nA=2\n", "A", "3", "A=1\nA=3\n"],
    ["turns a list into one line", "A[]=1\nB=1\nA[]=2\n", "A", "3", "B=1\nA=3\n"],
    ["adds before sections", "A=1\n\n[x]\nB=1\n", "B", "2", "A=1\nB=2\n\n[x]\nB=1\n"],
    ["adds before a section at the start", "[x]\nB=1\n", "B", "2", "B=2\n[x]\nB=1\n"],
    ["is not misled by comments", "#A=1\n; A=2\n", "A", "3", "#A=1\n; A=2\nA=3\n"],
    ["is not misled by longer keys", "AB=1\nXA=2\n", "A", "3", "AB=1\nXA=2\nA=3\n"],
    ["repairs a key without a value", "A\n", "A", "1", "A=1\n"],
    ["keeps a byte order mark", "\ufeffA=1\n", "A", "2", "\ufeffA=2\n"],
    ["removes a line", "# c\nA=1\nB=2\n", "A", undefined, "# c\nB=2\n"],
    ["removes all lines of the key", "A=1\nB=2\nA=3\nA[]=4\n", "A", undefined, "B=2\n"],
    ["removes only lines before sections", "A=1\n[x]\nA=2\n", "A", undefined, "[x]\nA=2\n"],
    ["changes nothing if the line to remove is missing", "B=2", "A", undefined, "B=2"],
  ])("%s", (_, text, key, value, expected) => {
    expect(editConf(text, key, value)).toBe(expected);
  });

  test("a new file begins with a comment that explains it", () => {
    const lines = editConf("", "A", "1").split("\n");
    expect(lines[0]).toMatch(/^# .*cowork/);
    expect(lines.slice(1)).toEqual(["A=1", ""]);
    expect(editConf("", "A", undefined)).toBe("");
  });

  const piece = fc.constantFrom(...Array.from("ab=;#\"'\\[] \t,.:{}$"), "true", "null", "ü", "\u2028");
  const value = fc.oneof(fc.string({ unit: piece }), fc.string()).map((text) => text.trim().replaceAll(/[\r\n]/g, " "));
  const line = fc.oneof(
    fc.constantFrom(
      "# note",
      "; note",
      "",
      "  ",
      "A=1",
      "A = 2 ; c",
      'B="x" # y',
      "Z",
      "A[]=q",
      "[s]",
      "k=v=w",
      "=",
      "  A=3",
      "A='x'",
    ),
    fc.string({ unit: piece }),
  );
  const end = fc.constantFrom("\n", "\r\n");

  test("writes a value that parseConf reads back, and changes no other value", () => {
    fc.assert(
      fc.property(fc.array(line), end, fc.constantFrom("A", "NEW"), value, (lines, eol, key, wanted) => {
        const text = lines.join(eol);
        fc.pre(isReadable(text));
        const before = parseConf(text);
        const edited = editConf(text, key, wanted);
        const { [key]: got, ...others } = parseConf(edited);
        const { [key]: _, ...othersBefore } = before;
        expect(got).toBe(wanted);
        expect(others).toEqual(othersBefore);
        expect(editConf(edited, key, wanted)).toBe(edited);
        const gone = parseConf(editConf(edited, key, undefined));
        expect(gone).toEqual(othersBefore);
      }),
      { numRuns: 2000 },
    );
  });

  test("keeps every comment and unknown line", () => {
    fc.assert(
      fc.property(fc.array(line), value, (lines, wanted) => {
        const text = lines.join("\n");
        const edited = editConf(text, "A", wanted);
        for (const kept of lines.filter((one) => !/^\s*A\s*(\[\])?\s*(=|$)/.test(one))) expect(edited).toContain(kept);
      }),
    );
  });
});

describe("parseConf", () => {
  test("reads ini syntax and returns values as text", () => {
    const text = 'A=1\nB=true\nC = "q; q"\nD[]=x\nD[]=y\nE\nF=null\n[s]\nG=1\n';
    expect(parseConf(text)).toEqual({ A: "1", B: "true", C: "q; q", D: "x y", E: "true", F: "null" });
    expect(parse(text)).toMatchObject({ s: { G: "1" } });
  });

  test("does not pollute prototypes", () => {
    const values = parseConf("__proto__=1\n__proto__.x=1\nconstructor=2\n[__proto__]\nx=1\n");
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
