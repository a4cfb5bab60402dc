import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { expectClean, filesBelow } from "../../../support/git/clone-checks.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(() => shop.end());

describe("the project's object store", () => {
  const objects = async (project: string): Promise<string[]> =>
    (await filesBelow(join(project, ".git", "objects"))).toSorted();

  it("is not changed, and no filter of the user runs", async () => {
    const project = await shop.project();
    await shop.sh(
      project,
      `echo '* filter=odd' >.gitattributes; git add -A; git commit -qm two
       git config --global filter.odd.smudge 'echo smudged | git hash-object -w --stdin >/dev/null; cat'`,
    );
    const before = await objects(project);
    const spec = await shop.spec(project, "a");
    await makeClone(shop.context, spec);
    expect(await objects(project)).toEqual(before);
    expect((await objects(spec.path)).length).toBe(before.length);
  });

  it.each(["large files", "alternates"])("can be used for the checkout while it is copied: %s", async (kind) => {
    const project = await shop.project();
    await shop.sh(project, "head -c 3000000 /dev/urandom >big; git add -A; git commit -qm two; git repack -adq");
    const from = join(shop.root, "from");
    if (kind === "alternates") await shop.sh(shop.root, `git clone -q --shared app from`);
    const spec = await shop.spec(kind === "alternates" ? from : project, "a");
    await makeClone(shop.context, spec);
    await expectClean(shop, spec.path);
    expect((await lstat(join(spec.path, "big"))).size).toBe(3_000_000);
    expect(await readdir(join(spec.path, ".git", "objects", "info")).catch(() => [])).not.toContain("alternates");
  });
});
