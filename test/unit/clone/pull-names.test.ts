import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeHoldings } from "../../../src/clone/unsaved/describe.ts";
import { inspectHoldings } from "../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../src/clone/make/make.ts";
import { pullSession, type PullResult, type PullSpec } from "../../../src/clone/exchange/pull.ts";
import { savedBy } from "../../../src/clone/unsaved/saved.ts";
import type { CloneSpec } from "../../../src/clone/types.ts";
import { localInside } from "../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let spec: CloneSpec;

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
  await shop.sh(
    project,
    "git clone -q --bare . ../origin.git; git remote add origin ../origin.git; git fetch -q; git remote set-head origin main; git tag v1; git branch release/1",
  );
  spec = await shop.spec(project, "h1");
  await makeClone(shop.context, spec);
});
afterEach(() => shop.end());

const pull = (options: Partial<PullSpec> = {}): Promise<PullResult> =>
  pullSession(shop.context, localInside(spec.path, shop.env), spec.source, {
    session: "h1",
    startBranch: "h1",
    identity: { name: "Grace", email: "grace@example.org" },
    ...options,
  });
const names = (result: PullResult): string[] => result.refs.map(({ ref }) => ref);
const evil = (script: string): Promise<string> => shop.sh(spec.path, `git commit -q --allow-empty -m evil; ${script}`);
/** The commits that the user's names resolve to. */
const meanings = (...more: string[]): Promise<string> =>
  shop.git(project, "rev-parse", "origin/main", "main", "HEAD", "v1", "origin", ...more);

describe("pulled names", () => {
  it.each([
    ["origin/main", "refs/heads/origin-main-h1"],
    ["origin/later", "refs/heads/origin-later-h1"],
    ["origin", "refs/heads/origin-h1"],
    ["HEAD", "refs/heads/HEAD-h1"],
    ["heads/main", "refs/heads/heads-main-h1"],
    ["refs/heads/main", "refs/heads/refs-heads-main-h1"],
    ["v1", "refs/heads/v1-h1"],
    ["release", "refs/heads/release-h1"],
    ["main/x", "refs/heads/main-x-h1"],
  ])("do not shadow or block the project's: a branch %s", async (branch, name) => {
    const before = await meanings();
    // The clone's own main would be in the way of main/x.
    await evil(
      `git checkout -q --detach; git branch -qD main; git update-ref refs/heads/${branch} HEAD; git symbolic-ref HEAD refs/heads/${branch}`,
    );
    const result = await pull();
    expect(names(result)).toEqual(["refs/heads/h1", name]);
    expect(result.notes).toEqual([expect.stringContaining(`${branch.replace(/^refs\/heads\//, "")} was pulled as`)]);
    expect(await meanings()).toBe(before);
    expect(await shop.git(project, "log", "-1", "--format=%s", name)).toBe("evil");
    // Pulled again it gets the same name, and is fast-forwarded.
    await evil("true");
    expect((await pull()).refs.at(-1)).toMatchObject({ ref: name, state: "updated" });
  });

  it.each([
    ["checked out", "git update-ref refs/heads/HEAD HEAD; git symbolic-ref HEAD refs/heads/HEAD", {}],
    ["next to it", "git update-ref refs/heads/HEAD HEAD; git reset -q --hard HEAD~1", { allBranches: true }],
  ])("save everything from a session with a branch named HEAD, %s", async (_, script, options) => {
    await evil(script);
    const unsaved = async (): Promise<string[]> =>
      describeHoldings(await inspectHoldings(localInside(spec.path, shop.env), savedBy(shop.context, spec.source)));
    expect(await unsaved()).toContain("1 commit on HEAD not in the project");
    await pull(options);
    expect(await unsaved()).toEqual([]);
  });

  it("do not shadow the project's names as tags, nor as commits of the working tree", async () => {
    const before = await meanings();
    await evil("git update-ref refs/tags/main HEAD; git update-ref refs/tags/origin/main HEAD; echo u >u");
    const result = await pull({ allBranches: true, uncommitted: true });
    expect(names(result)).toEqual(expect.arrayContaining(["refs/tags/main-h1", "refs/tags/origin-main-h1"]));
    expect(await meanings()).toBe(before);
    const wip = await pull({ uncommitted: true, startBranch: "origin/main" });
    expect(names(wip)).toContain("refs/heads/origin-main-wip-h1");
    expect(names(await pull({ uncommitted: true, startBranch: "origin/main" }))).toEqual(names(wip));
    expect(await meanings()).toBe(before);
  });

  it("do not shadow a commit's abbreviated id", async () => {
    const id = (await shop.git(project, "rev-parse", "HEAD")).slice(0, 9);
    await evil(`git checkout -q -b ${id}`);
    expect(names(await pull())).toEqual(["refs/heads/h1", `refs/heads/${id}-h1`]);
  });

  it("are refused when the user has chosen them, with a name that works", async () => {
    await evil("true");
    for (const [branch, other, why] of [
      ["origin/main", "origin-main-h1", "git would take it for a branch of the remote origin"],
      ["v1", "v1-h1", "git would confuse it with refs/tags/v1"],
      ["release", "release-h1", "git cannot store that name next to release/1"],
    ] as const) {
      await expect(pull({ branch })).rejects.toMatchObject({
        code: "USAGE",
        message: `The project cannot have a branch named ${branch}: ${why}.`,
        hint: `cowork pull h1 --branch ${other}`,
      });
      expect(names(await pull({ branch: other }))).toEqual([`refs/heads/${other}`]);
    }
    await expect(pull({ branch: "HEAD" })).rejects.toMatchObject({ code: "USAGE" });
    expect(names(await pull({ branch: "refs/heads/x" }))).toEqual(["refs/heads/x"]);
    expect(await shop.git(project, "for-each-ref", "refs/heads/refs", "refs/cowork")).toBe("");
  });

  it("do not shadow a submodule's", async () => {
    await shop.project("lib");
    await shop.sh(project, "git submodule --quiet add ../lib lib; git commit -qm sub");
    spec = await shop.spec(project, "h2");
    await makeClone(shop.context, spec);
    const lib = join(project, "lib");
    const before = await shop.git(lib, "rev-parse", "origin/main", "HEAD");
    await shop.sh(
      join(spec.path, "lib"),
      "git checkout -q --detach; git commit -q --allow-empty -m evil; git update-ref refs/heads/origin/main HEAD; git update-ref refs/heads/HEAD HEAD",
    );
    await shop.git(spec.path, "commit", "-qam", "bump");
    const { notes } = await pull({ session: "h2", startBranch: "h2" });
    expect(notes.join("\n")).toContain("was pulled as origin-main-h2");
    expect(notes.join("\n")).toContain("was pulled as HEAD-h2");
    expect(await shop.git(lib, "rev-parse", "origin/main", "HEAD")).toBe(before);
  });
});
