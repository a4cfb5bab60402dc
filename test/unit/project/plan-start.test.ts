import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkBranches } from "../../../src/project/branch-notes.ts";
import { planStarts, type StartRequest } from "../../../src/project/plan-start.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let root: string;
beforeEach(async () => {
  shop = await gitWorkshop();
  const upstream = await shop.project("upstream");
  await shop.sh(upstream, "git checkout -qb far; git commit -qm far --allow-empty; git checkout -q main");
  await shop.sh(shop.root, `git clone -q "${upstream}" app`);
  root = join(shop.root, "app");
  await shop.sh(root, "git branch near; git commit -qm two --allow-empty; git tag -a v1 -m v1 HEAD~1");
});
afterEach(async () => {
  await shop.end();
});

const plan = async (request: Partial<StartRequest>) =>
  (await planStarts(shop.context, { worktree: root }, [{ name: "a", branchPrefix: "", ...request }]))[0];
const commit = async (ref: string) => await shop.git(root, "rev-parse", `${ref}^{commit}`);

test("a new branch starts from HEAD and is named by the prefix or --branch", async () => {
  const head = await commit("HEAD");
  expect(await plan({})).toEqual({ branch: "a", commit: head, existing: false });
  expect(await plan({ branchPrefix: "work/" })).toEqual({ branch: "work/a", commit: head, existing: false });
  expect(await plan({ branchPrefix: "work/", branch: "b/c" })).toEqual({
    branch: "b/c",
    commit: head,
    existing: false,
  });
});

test("HEAD is that of the current working tree, also detached", async () => {
  const side = join(shop.root, "side");
  await shop.git(root, "worktree", "add", "-q", "--detach", side, "v1");
  const [start] = await planStarts(shop.context, { worktree: side }, [{ name: "a", branchPrefix: "" }]);
  expect(start?.commit).toBe(await commit("v1"));
});

test("an existing branch is checked out at its tip: the local one, else origin's", async () => {
  expect(await plan({ name: "near" })).toEqual({ branch: "near", commit: await commit("near"), existing: true });
  expect(await plan({ name: "far" })).toEqual({ branch: "far", commit: await commit("origin/far"), existing: true });
  await shop.git(root, "branch", "-q", "far", "main");
  expect(await plan({ name: "far" })).toEqual({ branch: "far", commit: await commit("main"), existing: true });
});

test("a tag with the branch's name does not count as a branch", async () => {
  expect(await plan({ name: "v1" })).toEqual({ branch: "v1", commit: await commit("HEAD"), existing: false });
});

test.each(["v1", "near", "origin/far", "HEAD~1", "main@{0}", "far"])(
  "--from %s starts at that commit",
  async (from) => {
    const expected = from === "far" ? "origin/far" : from;
    expect(await plan({ from })).toEqual({ branch: "a", commit: await commit(expected), existing: false });
  },
);

test("--from with an existing branch must name the same commit", async () => {
  expect(await plan({ name: "near", from: "v1" })).toMatchObject({ existing: true, commit: await commit("near") });
  const other = plan({ name: "near", from: "main" });
  await expect(other).rejects.toMatchObject({ code: "USAGE", hint: expect.stringContaining("--from") as string });
});

test.each(["nope", "-rf", "--all", "", "HEAD:readme", "a b", "nope\u001b[31m\n", "a\0b", "main..far", "^main"])(
  "--from %j is not found",
  async (from) => {
    const hint = expect.any(String) as string;
    const message = expect.stringMatching(/^[^\p{Cc}]*$/u) as string;
    await expect(plan({ from })).rejects.toMatchObject({ code: "REF_NOT_FOUND", hint, message });
  },
);

test.each(["a..b", "-x", "HEAD", "a b", "@{-1}", ""])("--branch %j is refused", async (branch) => {
  await expect(plan({ branch })).rejects.toMatchObject({ code: "USAGE" });
});

test("a branch without commits cannot be the start, unless another one is named", async () => {
  await shop.git(root, "checkout", "-q", "--orphan", "fresh");
  await expect(plan({})).rejects.toMatchObject({
    code: "REF_NOT_FOUND",
    hint: expect.stringContaining("--from") as string,
  });
  expect(await plan({ from: "main" })).toMatchObject({ commit: await commit("main") });
});

test("an ambiguous --from is refused, with the full names of all meanings", async () => {
  const notes = async (from: string) =>
    await plan({ from }).then(
      () => "taken",
      (error: { code: string; message: string; hint: string }) => `${error.code} ${error.message} ${error.hint}`,
    );
  await shop.sh(
    root,
    "git tag same; git tag main HEAD~1; git update-ref refs/heads/origin/far HEAD; git branch same refs/heads/main",
  );
  expect(await notes("main")).toMatch(/^USAGE .*refs\/heads\/main, refs\/tags\/main.*--from refs\/heads\/main$/);
  expect(await notes("main~1")).toMatch(/--from refs\/heads\/main~1$/);
  expect(await notes("origin/far")).toMatch(/refs\/heads\/origin\/far, refs\/remotes\/origin\/far/);
  for (const from of ["refs/heads/main", "refs/tags/main", "tags/main", "same", "HEAD", "HEAD~1"])
    expect(await notes(from)).toBe("taken");
  expect(await plan({ from: "refs/heads/main" })).toMatchObject({ commit: await commit("refs/heads/main") });
  const id = (await commit("refs/tags/main")).slice(0, 8);
  expect(await notes(id)).toBe("taken");
  await shop.git(root, "update-ref", `refs/heads/${id}`, "refs/heads/main");
  expect(await notes(id)).toMatch(new RegExp(`refs/heads/${id}, ${await commit("refs/tags/main")}`));
});

test("--branch accepts a full ref name", async () => {
  expect(await plan({ branch: "refs/heads/near" })).toMatchObject({ branch: "near", existing: true });
});

describe("checkBranches", () => {
  const check = async (branch: string, existing = false) =>
    await checkBranches(shop.context, { worktree: root }, [
      { name: "s", start: { branch, commit: await commit("HEAD"), existing } },
    ]);

  test("reports branches that the project can have only under another name", async () => {
    await shop.sh(root, "git branch release/2026.4; git branch a");
    expect(await check("s")).toEqual([]);
    expect(await check("near", true)).toEqual([]);
    expect(await check("release")).toEqual([expect.stringMatching(/release\/2026\.4 .* pull will name it release-s$/)]);
    expect(await check("a/b")).toEqual([expect.stringMatching(/pull will name it a-b-s$/)]);
    expect(await check("v1")).toEqual([expect.stringMatching(/refs\/tags\/v1; pull will name it v1-s$/)]);
  });

  test.each(["origin/x", "origin", "FETCH_HEAD", "heads/x"])(
    "refuses %s, which git reads as something else",
    async (branch) => {
      await expect(check(branch)).rejects.toMatchObject({
        code: "USAGE",
        hint: expect.stringContaining("--branch ") as string,
      });
    },
  );
});
