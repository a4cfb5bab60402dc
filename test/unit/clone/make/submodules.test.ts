import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { expectClean, inodes } from "../../../support/git/clone-checks.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(() => shop.end());

describe("makeClone with submodules and git-lfs", () => {
  it("copies initialized submodules, nested ones too, and reports missing ones", async () => {
    await shop.project("inner");
    await shop.project("lib");
    await shop.sh(shop.root, `cd lib; git submodule --quiet add ../inner deep; git commit -qm deep`);
    const project = await shop.project();
    await shop.sh(
      project,
      `git submodule --quiet add ../lib vendor/lib; git submodule --quiet add ../inner gone; git submodule --quiet update --init --recursive; git commit -qm subs; git submodule --quiet deinit -f gone; rm -rf .git/modules/gone`,
    );
    const spec = await shop.spec(project, "a");
    const { notes } = await makeClone(shop.context, spec);
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringContaining("submodule gone"),
        expect.stringContaining("submodule deep: its origin is a path"),
      ]),
    );
    await expectClean(shop, spec.path);
    expect(await shop.git(spec.path, "submodule", "status", "--recursive")).toMatch(
      /^-\w+ gone\n \w+ vendor\/lib \(.*\)\n \w+ vendor\/lib\/deep \(.*\)$/,
    );
    expect(await shop.git(join(spec.path, "vendor/lib/deep"), "remote")).toBe("");
    const sets = await Promise.all([project, spec.path].map(inodes));
    expect(new Set(sets.flatMap((set) => [...set])).size).toBe(sets[0]!.size + sets[1]!.size);
  });

  it.each(["../../outside", "..", "a/../../b", "/abs", "a/objects"])(
    "does not let a submodule be named %s",
    async (name) => {
      const project = await shop.project();
      await shop.project("lib");
      await shop.sh(
        project,
        `git submodule --quiet add ../lib lib; git config -f .gitmodules --rename-section submodule.lib 'submodule.${name}'; git add -A; git commit -qm evil; rm -rf .git/modules; cp -r ../lib/.git .git/outside`,
      );
      const before = await shop.sh(shop.root, `find . -path ./cowork -prune -o -print | sort | sha256sum`);
      const spec = await shop.spec(project, "a");
      const { notes } = await makeClone(shop.context, spec);
      expect(notes).toEqual([expect.stringContaining("submodule lib")]);
      expect(await shop.sh(shop.root, `find . -path ./cowork -prune -o -print | sort | sha256sum`)).toBe(before);
      expect(await readdir(shop.context.paths.sessions)).toEqual(["a"]);
    },
  );

  it("copies git-lfs objects, and leaves pointers with a note if git-lfs is not installed", async () => {
    const project = await shop.project();
    const oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    await shop.sh(
      project,
      `printf '*.big filter=lfs diff=lfs merge=lfs -text\n' >.gitattributes
       printf 'version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 5\n' >x.big; git add -A; git commit -qm lfs
       mkdir -p .git/lfs/objects/4d/7a; printf 12345 >.git/lfs/objects/4d/7a/${oid}; echo no >.git/lfs/objects/other
       git config --global filter.lfs.process 'git-lfs filter-process'; git config --global filter.lfs.required true`,
    );
    const spec = await shop.spec(project, "a");
    const { run } = shop.context;
    const absent: typeof run = (file, args, options) =>
      args[0] === "lfs" ? Promise.resolve({ code: 1, stdout: "", stderr: "" }) : run(file, args, options);
    const { notes } = await makeClone({ ...shop.context, run: absent }, spec);
    expect(notes).toEqual([expect.stringContaining("git-lfs")]);
    expect(await readFile(join(spec.path, "x.big"), "utf8")).toContain("oid sha256");
    expect(await readFile(join(spec.path, ".git/lfs/objects/4d/7a", oid), "utf8")).toBe("12345");
    expect(await readdir(join(spec.path, ".git/lfs/objects"))).toEqual(["4d"]);
    expect(
      await shop.git(
        spec.path,
        "-c",
        "filter.lfs.required=false",
        "-c",
        "filter.lfs.process=",
        "status",
        "--porcelain",
      ),
    ).toBe("");
  });
});
