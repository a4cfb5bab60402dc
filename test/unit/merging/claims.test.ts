import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claim, ClaimMode, StoredClaims } from "../../../src/contract/merging/claims.ts";
import { flatList } from "../../../src/merging/claims/flat-list.ts";
import { globExpression, globMatches, globsOverlap, parseGlob } from "../../../src/merging/claims/glob.ts";
import {
  areCompatible,
  claimsOn,
  grant,
  leaseMs,
  release,
  settleClaims,
} from "../../../src/merging/claims/plan-claims.ts";

const matches = (glob: string, path: string): boolean => globMatches(parseGlob(glob), path);
const overlap = (a: string, b: string): boolean => globsOverlap(parseGlob(a), parseGlob(b));

describe("patterns", () => {
  it.each([
    ["src/**", "src/a/b.ts", true],
    ["src/**", "src", true],
    ["src/**", "lib/a.ts", false],
    ["src/auth", "src/auth/login.ts", true],
    ["src/*.ts", "src/a.ts", true],
    ["src/*.ts", "src/deep/a.ts", false],
    ["*.md", "docs/deep/a.md", true],
    ["docs/", "docs/a", true],
    ["docs/", "src/docs/a", false],
    ["**/test/*.ts", "test/a.ts", true],
    ["a/**/z", "a/z", true],
    ["a/**/z", "a/b/c/z", true],
    ["file?.[a-c]", "file1.b", true],
    ["file?.[!a-c]", "file1.b", false],
    ["./src/x.ts", "src/x.ts", true],
    ["src/x+y(1).ts", "src/x+y(1).ts", true],
  ])("%s and %s: %s", (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  it.each(["/etc", "../x", "a/../b", "!a", "", "a\\b", "a\nb", "~/x", "a//b", "x".repeat(400)])(
    "refuses %j",
    (glob) => {
      expect(() => parseGlob(glob)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );

  it.each([
    ["src/**", "src/a.ts", true],
    ["src/**", "**/*.test.ts", true],
    ["src/*.ts", "src/*.js", false],
    ["src/a*", "src/*b", true],
    ["src/auth/**", "src/web/**", false],
    ["*.md", "docs/**", true],
    ["a/[a-c]x", "a/[d-f]x", false],
    ["src", "src/deep/x", true],
  ])("overlap of %s and %s: %s", (a, b, expected) => {
    expect([overlap(a, b), overlap(b, a)]).toEqual([expected, expected]);
  });

  const part = fc.stringMatching(/^[ab*?.]{1,4}$/).filter((text) => !/^\.{1,2}$/.test(text));
  const glob = fc.array(fc.oneof(part, fc.constant("**"), fc.constant("[ab]x")), { minLength: 1, maxLength: 4 });
  const path = fc.array(fc.stringMatching(/^[ab.x]{1,4}$/), { minLength: 1, maxLength: 4 });

  it("a path that both match means that they overlap", () => {
    fc.assert(
      fc.property(glob, glob, path, (a, b, names) => {
        const [one, other, at] = [a.join("/"), b.join("/"), names.join("/")];
        if (names.some((name) => /^\.{1,2}$/.test(name))) return;
        fc.pre(matches(one, at) && matches(other, at));
        expect(overlap(one, other)).toBe(true);
      }),
      { numRuns: 200, maxSkipsPerRun: 1_000 },
    );
  });

  it("the expression for the hook matches what the pattern matches", () => {
    const cases = fc
      .sample(fc.tuple(glob, path), { numRuns: 400, seed: 5 })
      .map(([globs, names]) => [globs.join("/"), names.filter((name) => !/^\.{1,2}$/.test(name)).join("/")] as const)
      .filter(([, at]) => at !== "");
    const special = [
      ["a/[]x]", "a/]"],
      ["a/[!]x]", "a/y"],
      ["a/[^x-]", "a/-"],
      ["a/^", "a/^"],
      ["a/$(b){1}|.", "a/$(b){1}|."],
      ["ä/*ö", "ä/öö"],
    ] as const;
    const all = [...cases, ...special];
    const input = all.map(([text, at]) => `${at}\t${globExpression(parseGlob(text))}\n`).join("");
    const output = execFileSync("awk", ["-F", "\t", "{ print ($1 ~ $2) ? 1 : 0 }"], { input }).toString();
    const answers = output
      .trim()
      .split("\n")
      .map((line) => line === "1");
    expect(all.map(([text, at], n) => [text, at, answers[n]])).toEqual(
      all.map(([text, at]) => [text, at, matches(text, at)]),
    );
  });
});

const now = Date.parse("2026-03-01T12:00:00.000Z");
const who = (session: string) => ({ session, sessionId: `app-${session}`, by: "person" as const });
function claimed(session: string, mode: ClaimMode, ...globs: string[]): StoredClaims {
  return grant({ claims: [] }, who(session), { globs, mode, why: "a reason" }, { now, id: session }).stored;
}

describe("claims", () => {
  it("intent and shared go together; exclusive goes with nothing", () => {
    const modes = ["intent", "shared", "exclusive"] as const;
    expect(modes.map((a) => modes.map((b) => areCompatible(a, b)))).toEqual([
      [true, true, false],
      [true, true, false],
      [false, false, false],
    ]);
  });

  it("an exclusive claim keeps others out, all or nothing, and names holder, reason and end", () => {
    const stored = claimed("b", "exclusive", "src/auth/**");
    const ask = (session: string, mode: ClaimMode, ...globs: string[]) =>
      grant(stored, who(session), { globs, mode }, { now, id: "x" });
    expect(() => ask("a", "intent", "docs/**", "src/auth/login.ts")).toThrow(
      expect.objectContaining({
        code: "CLAIMED",
        message: expect.stringMatching(/Session b holds src\/auth\/\*\* exclusive until 13:00 UTC \(a reason\)/),
      }),
    );
    expect(ask("a", "exclusive", "docs/**").claim.globs).toEqual(["docs/**"]);
    // The holder may claim again, in another mode too; then others may come.
    const lowered = ask("b", "shared", "src/auth/**").stored;
    expect(lowered.claims).toMatchObject([{ session: "b", mode: "shared" }]);
    expect(
      grant(lowered, who("a"), { globs: ["src/**"], mode: "intent" }, { now, id: "y" }).stored.claims,
    ).toHaveLength(2);
    const elsewhere = [{ ...(stored.claims[0] as Claim), sessionId: "other" }];
    expect(() =>
      grant({ claims: [] }, who("a"), { globs: ["src/**"], mode: "shared", elsewhere }, { now, id: "z" }),
    ).toThrow(expect.objectContaining({ code: "CLAIMED" }));
  });

  it("everything cannot be claimed exclusively by accident", () => {
    for (const glob of ["**", "*", "**/*", "."])
      expect(() => grant({ claims: [] }, who("a"), { globs: [glob], mode: "exclusive" }, { now, id: "x" })).toThrow(
        expect.objectContaining({ code: "USAGE" }),
      );
    expect(
      grant({ claims: [] }, who("a"), { globs: ["**"], mode: "exclusive", all: true }, { now, id: "x" }).claim,
    ).toBeDefined();
    expect(grant({ claims: [] }, who("a"), { globs: ["**"], mode: "shared" }, { now, id: "x" }).claim).toBeDefined();
  });

  it("a session releases its own claims only, all or by pattern", () => {
    const stored = grant(
      claimed("a", "shared", "src/**"),
      who("b"),
      { globs: ["src/**"], mode: "intent" },
      { now, id: "q" },
    ).stored;
    expect(release(stored, "app-a", []).stored.claims).toMatchObject([{ session: "b" }]);
    expect(release(stored, "app-b", ["lib/**"]).released).toEqual([]);
    expect(claimsOn(stored.claims, "src/x.ts")).toHaveLength(2);
  });

  it("a lease is renewed by the agent of a running session, and lapses, ends or turns over without it", () => {
    const stored = claimed("a", "exclusive", "src/**");
    const at = (minutes: number): number => now + minutes * 60_000;
    const settle = (minutes: number, running: boolean, heard?: number) =>
      settleClaims(
        stored,
        new Map([["app-a", { running, ...(heard === undefined ? {} : { heardAt: at(heard) }) }]]),
        at(minutes),
      );
    expect(settle(59, true)).toEqual(stored);
    expect(settle(90, true, 80).claims[0]?.until).toBe(new Date(at(80) + leaseMs).toISOString());
    const lapsed = settle(61, true, -5);
    expect(lapsed).toMatchObject({
      claims: [],
      lapsed: { "app-a": [{ id: "a", text: expect.stringContaining("src/**") }] },
    });
    // Stopped or gone: the claim ends; no one is left.
    expect(settle(10, false, 9)).toEqual({ claims: [] });
    expect(settleClaims(stored, new Map(), at(1))).toEqual({ claims: [] });
  });

  it("each session's list has its own claims marked, the others' ready to print, and what lapsed", () => {
    const stored = { ...claimed("b", "exclusive", "src/auth/**"), lapsed: { "app-a": [{ id: "l1", text: 'x "y"' }] } };
    expect(flatList(stored, "app-a").split("\n")).toEqual([
      "cowork-claims 1",
      "exclusive\t1772370000\t13:00 UTC\tb\ta reason\tsrc/auth/**\t^src/auth(/.*)?$",
      "lapsed\tl1\t-\t-\tx 'y'\t-\t-",
      "",
    ]);
    expect(flatList(stored, "app-b")).toContain("own-exclusive\t");
  });
});
