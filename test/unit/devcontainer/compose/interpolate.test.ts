import { describe, expect, it } from "vitest";
import { parseDotEnv } from "../../../../src/devcontainer/compose/dot-env.ts";
import { interpolate, InterpolationError } from "../../../../src/devcontainer/compose/interpolate.ts";

const values: Record<string, string> = { A: "a", EMPTY: "", B: "b$A" };
const scope = (dialect: "v1" | "v2"): Parameters<typeof interpolate>[1] => ({
  dialect,
  lookup: (name) => values[name],
});

describe("variables", () => {
  it.each([
    ["$A-${A}.$$A $", undefined, undefined],
    ["$A-${A}.$$A", "a-a.$A", "a-a.$A"],
    ["${NOPE}x$NOPE", "x", "x"],
    ["${NOPE-d}${EMPTY-d}${EMPTY:-d}${A:-d}", "dda", "dda"],
    ["${NOPE:-${A}}", "${A}", "a"],
    ["${NOPE:-$A}", "$A", "a"],
    ["${NOPE:-a}b}", "ab}", "ab}"],
    ["$B", "b$A", "b$A"],
    ["${A:+y}${NOPE:+n}${EMPTY+e}", undefined, "ye"],
    ["${NOPE?gone}", undefined, undefined],
    ["${EMPTY:?gone}", undefined, undefined],
    ["${EMPTY?fine}", "", ""],
    ["${A", undefined, undefined],
    ["${1}", undefined, undefined],
    ["$1", undefined, undefined],
    ["$\u017f", undefined, undefined],
  ])("%s is %j in v1 and %j in v2", (text, v1, v2) => {
    const read = (dialect: "v1" | "v2"): string | undefined => {
      try {
        return interpolate(text, scope(dialect));
      } catch (error) {
        if (error instanceof InterpolationError) return undefined;
        throw error;
      }
    };
    expect([read("v1"), read("v2")]).toEqual([v1, v2]);
  });
});

describe(".env", () => {
  const text = [
    "# comment",
    "A=1 # one",
    "  export B = 'q # ${A}' # c",
    "",
    'C="x\\ny"',
    "D=${A}-${N:-d}",
    "E=$A",
    "F",
    "G=",
    "H=a#b",
    'J="a',
    'b"',
    "K=${FROM_ENV}",
    "A=2",
  ].join("\r\n");
  const read = (dialect: "v1" | "v2"): Record<string, string> =>
    parseDotEnv(text, dialect, (name) => (name === "FROM_ENV" ? "env" : undefined));

  it("is parsed as each version parses it", () => {
    const both = { A: "2", C: "x\ny", D: "1-d", G: "", H: "a#b", J: "a\nb", K: "env" };
    expect(read("v1")).toEqual({ ...both, B: "q # 1", E: "$A" });
    expect(read("v2")).toEqual({ ...both, B: "q # ${A}", E: "1" });
  });

  it("with an invalid line is refused by v2, and v1 skips the line", () => {
    expect(() => parseDotEnv("A=1\n?!\nB=2", "v2")).toThrow(InterpolationError);
    expect(parseDotEnv("A=1\n?!\nB=2", "v1")).toEqual({ A: "1", B: "2" });
  });
});
