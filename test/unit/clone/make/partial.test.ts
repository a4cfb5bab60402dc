import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { expectClean } from "../../../support/git/clone-checks.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(() => shop.end());

describe("makeClone of a partial clone", () => {
  const partial = async (filter: string): Promise<string> => {
    const up = await shop.project("up");
    await shop.sh(
      up,
      `git config uploadpack.allowFilter true; mkdir d; for i in 1 2 3 4 5; do echo v$i >f; echo $i >d/f$i; git rm -q --cached --ignore-unmatch d/f1; git add -A; git commit -qm c$i; done`,
    );
    await shop.sh(shop.root, `git clone -q --filter=${filter} "file://$PWD/up" app`);
    return join(shop.root, "app");
  };

  it.each(["blob:none", "tree:0"])("has all of its history if git inside cannot fetch it: %s", async (filter) => {
    const project = await partial(filter);
    const spec = await shop.spec(project, "a");
    expect(await makeClone(shop.context, spec)).toMatchObject({ notes: [] });
    await shop.sh(shop.root, "mv up gone");
    expect(await shop.git(spec.path, "show", "HEAD~3:f")).toBe("v2");
    expect(await shop.git(spec.path, "rev-list", "--objects", "--missing=print", "--all")).not.toMatch(/^\?/m);
    await expectClean(shop, spec.path);
  });

  it("starts from an older commit, and lets git inside fetch the rest if its remote is kept", async () => {
    const project = await partial("blob:none");
    const commit = await shop.git(project, "rev-parse", "HEAD~3");
    const spec = await shop.spec(project, "a", {
      start: { branch: "a", commit, existing: false },
      origin: "https://example.invalid/app.git",
    });
    const { notes } = await makeClone(shop.context, spec);
    expect(notes).toEqual([expect.stringContaining("partial clone")]);
    expect(await readFile(join(spec.path, "f"), "utf8")).toBe("v2\n");
    expect(await shop.git(spec.path, "config", "remote.origin.promisor")).toBe("true");
  });

  it("contains all objects of its submodules", async () => {
    const lib = await partial("blob:none");
    await shop.sh(shop.root, "mv app lib");
    const project = await shop.project();
    await shop.sh(
      project,
      `git submodule --quiet add "file://${shop.root}/up" up; git -C up checkout -q HEAD~3; git commit -qam sub`,
    );
    await shop.sh(
      project,
      `rm -rf .git/modules/up/objects; cp -r ../lib/.git/objects .git/modules/up/objects
      git -C up config remote.origin.promisor true; git -C up config remote.origin.partialclonefilter blob:none`,
    );
    expect(lib).toBe(join(shop.root, "app"));
    const spec = await shop.spec(project, "a");
    await makeClone(shop.context, spec);
    expect(await readFile(join(spec.path, "up/f"), "utf8")).toBe("v2\n");
    await shop.sh(shop.root, "mv up gone");
    expect(await shop.git(join(spec.path, "up"), "show", "HEAD~1:f")).toBe("v1");
  });

  it("reports objects that could not be fetched, and fails if the start commit is incomplete", async () => {
    const project = await partial("blob:none");
    await shop.sh(shop.root, "mv up gone");
    const { notes } = await makeClone(shop.context, await shop.spec(project, "a"));
    expect(notes).toEqual([expect.stringMatching(/partial clone, and \d+ objects .* could not be fetched: .*up/)]);
    const commit = await shop.git(project, "rev-parse", "HEAD~3");
    const old = await shop.spec(project, "b", { start: { branch: "b", commit, existing: false } });
    await expect(makeClone(shop.context, old)).rejects.toMatchObject({
      code: "GIT_FAILED",
      hint: expect.stringContaining("git fetch --refetch --no-filter origin") as string,
    });
  });
});
