import { expect, test } from "vitest";
import { branchName, findClash, nameIn, otherName, type NameSpace } from "../../../src/system/ref-names.ts";

const space = (refs: string[], changes: Partial<NameSpace> = {}): NameSpace => ({
  refs: new Set(["refs/heads/main", "refs/remotes/origin/main", "refs/tags/v1", "refs/stash", ...refs]),
  remotes: ["origin"],
  ignoreCase: false,
  ...changes,
});

test.each([
  ["refs/heads/a", undefined],
  ["refs/heads/main", undefined],
  ["refs/heads/feature/x", undefined],
  ["refs/heads/origins/x", undefined],
  ["refs/heads/Main", undefined],
  ["refs/heads/v1", { kind: "ambiguous", with: "refs/tags/v1" }],
  ["refs/tags/main", { kind: "ambiguous", with: "refs/heads/main" }],
  ["refs/heads/stash", { kind: "ambiguous", with: "refs/stash" }],
  ["refs/heads/main/x", { kind: "nested", with: "refs/heads/main" }],
  ["refs/heads/origin/main", { kind: "reserved", with: "the remote origin" }],
  ["refs/heads/origin/not-yet", { kind: "reserved", with: "the remote origin" }],
  ["refs/heads/origin", { kind: "reserved", with: "the remote origin" }],
  ["refs/tags/origin/main", { kind: "reserved", with: "the remote origin" }],
  ["refs/heads/HEAD", { kind: "reserved", with: "git's own names" }],
  ["refs/heads/HEAD/x", { kind: "reserved", with: "git's own names" }],
  ["refs/heads/@", { kind: "reserved", with: "git's own names" }],
  ["refs/tags/FETCH_HEAD", { kind: "reserved", with: "git's own names" }],
  ["refs/heads/refs/heads/main", { kind: "reserved", with: "git's own names" }],
  ["refs/heads/heads/main", { kind: "reserved", with: "git's own names" }],
  ["refs/heads/tags/v1", { kind: "reserved", with: "git's own names" }],
])("a new %s clashes with %j", (ref, clash) => {
  expect(findClash(ref, space([]))).toEqual(clash);
});

test("a folder of branches clashes with a branch", () => {
  expect(findClash("refs/heads/release", space(["refs/heads/release/2026.4"]))).toEqual({
    kind: "nested",
    with: "refs/heads/release/2026.4",
  });
});

test("with ignoreCase, names that differ only in case clash", () => {
  const folded = space([], { ignoreCase: true });
  expect(findClash("refs/heads/Main", folded)).toEqual({ kind: "nested", with: "refs/heads/main" });
  expect(findClash("refs/heads/MAIN/x", folded)).toEqual({ kind: "nested", with: "refs/heads/main" });
  expect(findClash("refs/heads/head", folded)).toEqual({ kind: "reserved", with: "git's own names" });
  expect(findClash("refs/heads/Origin/x", folded)).toEqual({ kind: "reserved", with: "the remote origin" });
  expect(findClash("refs/heads/V1", folded)).toEqual({ kind: "ambiguous", with: "refs/tags/v1" });
});

const other = (ref: string, refs: string[] = []): Promise<string> =>
  otherName(ref, "s", space(refs), (name) => Promise.resolve(!refs.includes(name)));

test("another name ends with the session's name, is not a folder of a remote, and is free", async () => {
  expect(await other("refs/heads/v1")).toBe("refs/heads/v1-s");
  expect(await other("refs/heads/v1", ["refs/heads/v1-s"])).toBe("refs/heads/v1-s-2");
  expect(await other("refs/heads/origin/main")).toBe("refs/heads/origin-main-s");
  expect(await other("refs/heads/main/x")).toBe("refs/heads/main-x-s");
  expect(await other("refs/heads/HEAD")).toBe("refs/heads/HEAD-s");
  expect(await other("refs/tags/main")).toBe("refs/tags/main-s");
  expect(await other("refs/heads/release", ["refs/heads/release/1", "refs/heads/release-s/1"])).toBe(
    "refs/heads/release-s-2",
  );
});

test("nameIn returns the name at the start of a revision expression", () => {
  expect(["main", "main~2", "v1^{commit}", "main@{1}", "a@b", "x:file"].map(nameIn)).toEqual([
    "main",
    "main",
    "v1",
    "main",
    "a@b",
    "x",
  ]);
  expect(["HEAD~1", "@", "@{1}", "refs/heads/x", "", "a..b"].map(nameIn)).toEqual(Array(6).fill(undefined));
  expect(branchName("refs/heads/x/y")).toBe("x/y");
});
