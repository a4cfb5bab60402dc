import { chmod, mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { pullChanges, type ChangesResult } from "../../../../src/clone/exchange/pull-changes.ts";
import type { CloneSpec } from "../../../../src/clone/types.ts";
import { localInside } from "../../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let clone: string;
let spec: CloneSpec;

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
  await shop.sh(
    project,
    "mkdir src; echo 1 >src/one; echo 2 >src/two; echo '*.log' >.gitignore; git add -A; git commit -qm files",
  );
  spec = await shop.spec(project, "a");
  clone = spec.path;
  await makeClone(shop.context, spec);
});
afterEach(() => shop.end());

const identity = { name: "Grace", email: "grace@example.org" };
const apply = async (worktree = project): Promise<ChangesResult> =>
  await pullChanges(
    shop.context,
    localInside(clone, shop.env),
    { source: spec.source, worktree },
    { session: "a", identity },
  );
const files = async (): Promise<string[]> =>
  (await apply()).applied.files.map(({ path, change }) => `${change} ${path}`);
const status = (folder = project): Promise<string> => shop.git(folder, "status", "--porcelain", "-uall");
const inProject = (script: string): Promise<string> => shop.sh(project, script);
const inClone = (script: string): Promise<string> => shop.sh(clone, script);
/** Everything that a refusal must leave as it was. */
const everything = (): Promise<string> =>
  inProject(
    "git status --porcelain -uall --ignored; git ls-files -s; git for-each-ref; git stash list; find . -path ./.git -prune -o -type f -exec sha256sum {} +",
  );
const expectRefusal = async (names: RegExp, code = "FILES_IN_THE_WAY"): Promise<void> => {
  const before = await everything();
  await expect(apply()).rejects.toMatchObject({ code, message: expect.stringMatching(names) as string });
  expect(await everything()).toBe(before);
};

describe("pull --apply", () => {
  it("brings commits, uncommitted changes and untracked files as uncommitted changes, and no ref", async () => {
    await inClone(
      "echo new >src/one; git commit -qam one; git rm -q src/two; echo x >src/three; echo y >untracked; echo z >no.log; chmod +x readme",
    );
    const refs = await inProject("git for-each-ref; git rev-parse HEAD; git symbolic-ref HEAD");
    expect(await files()).toEqual([
      "changed readme",
      "changed src/one",
      "added src/three",
      "removed src/two",
      "added untracked",
    ]);
    expect(await status()).toBe("M  readme\nM  src/one\nA  src/three\nD  src/two\nA  untracked");
    expect(await readFile(join(project, "src/one"), "utf8")).toBe("new\n");
    expect(await readdir(project)).not.toContain("no.log");
    expect(await inProject("git for-each-ref; git rev-parse HEAD; git symbolic-ref HEAD")).toBe(refs);
    expect(await status(clone)).toContain("?? untracked");
    expect(await files()).toEqual([]);
  });

  it("says nothing was applied when the session has done nothing", async () => {
    expect(await apply()).toEqual({ refs: [], notes: [], applied: { path: project, files: [] } });
  });

  it("brings what came since, again and again, and takes back what the session took back", async () => {
    await inClone("echo new >src/one; echo x >added");
    await files();
    await inClone("git add -A; git commit -qm one; echo newer >src/one; rm added; echo 3 >src/two");
    expect(await files()).toEqual(["changed src/one", "changed src/two", "removed added"]);
    expect(await status()).toBe("M  src/one\nM  src/two");
    await inProject("git commit -qam 'from the session'");
    await inClone("echo 4 >src/two");
    await expect(files()).rejects.toMatchObject({ code: "CONFLICT" });
    await inClone("git checkout -q src/one; git stash -q");
    await inProject("git reset -q --hard HEAD~1");
    // More often than trees are remembered.
    await inClone("echo once >readme");
    for (const n of [1, 2, 3, 4]) {
      await inClone(`echo ${n} >src/two`);
      expect(await files()).toContain("changed src/two");
    }
    await inClone("echo twice >readme");
    expect(await files()).toEqual(["changed readme"]);
  });

  it("keeps the user's other changes as they are, staged, unstaged and untracked", async () => {
    await inProject("echo mine >readme; echo staged >staged; git add staged; echo unstaged >>staged; echo free >free");
    await inClone("echo new >src/one");
    expect(await files()).toEqual(["changed src/one"]);
    expect(await status()).toBe(" M readme\nM  src/one\nAM staged\n?? free");
  });

  it("refuses with the names of all files with the user's own changes, and touches nothing", async () => {
    await inClone("echo new >src/one; echo new >src/two; echo new >readme; echo new >untracked; echo ok >fine");
    await inProject("echo mine >src/one; echo mine >src/two; git add src/two; rm readme; echo mine >untracked");
    await expectRefusal(/: readme, src\/one, src\/two, untracked\.$/);
    await inProject("git checkout -q HEAD -- .; rm untracked");
    expect(await files()).toHaveLength(5);
    await inProject("echo mine >>src/one");
    await inClone("echo newer >src/one");
    await expectRefusal(/: src\/one\.$/);
  });

  it("never replaces an ignored file or folder of the user", async () => {
    await inClone(
      "echo new >a.log; git add -f a.log; echo new >b.log; git add -f b.log; mkdir c.log; echo x >c.log/x; git add -f c.log/x",
    );
    await inProject("echo mine >a.log; mkdir b.log; echo mine >b.log/inner; echo mine >c.log");
    await expectRefusal(/: a\.log, b\.log\/inner, c\.log\.$/);
    expect(await inProject("cat a.log b.log/inner c.log")).toBe("mine\nmine\nmine");
  });

  it("leaves files alone that have the session's content already", async () => {
    await inProject("echo same >src/one; echo same >free");
    await inClone("echo same >src/one; echo same >free; echo new >src/two");
    expect(await files()).toEqual(["changed src/two"]);
    expect(await status()).toBe(" M src/one\nM  src/two\n?? free");
  });

  it("completes what a killed call has begun", async () => {
    await inClone("echo new >src/one; echo new >src/two; echo new >src/three");
    // As after a crash of the machine: files are written first, the index last.
    await inProject("echo new >src/one; echo new >src/three");
    expect(await files()).toEqual(["changed src/two"]);
    expect(await inProject("cat src/one src/two src/three")).toBe("new\nnew\nnew");
  });

  it("is not cut short by an interrupt while git writes files", async () => {
    await inClone("echo new >src/one; echo new >src/two");
    const interrupt = new AbortController();
    const { run } = shop.context;
    shop.context.signal = interrupt.signal;
    shop.context.run = async (file, args, options) => {
      if (args.includes("read-tree") && args.includes("-u")) interrupt.abort();
      return await run(file, args, options);
    };
    // Ended afterwards, by what follows.
    await apply().catch(() => undefined);
    expect(interrupt.signal.aborted).toBe(true);
    expect(await status()).toBe("M  src/one\nM  src/two");
  });

  it("merges with commits that the project has made since", async () => {
    await inProject("seq 9 >many; git add -A; git commit -qm many");
    spec = {
      ...spec,
      path: `${spec.path}2`,
      start: { ...spec.start, commit: await shop.git(project, "rev-parse", "HEAD") },
    };
    clone = spec.path;
    await makeClone(shop.context, spec);
    await inClone("sed -i s/9/nine/ many; git commit -qam nine; echo x >new");
    await inProject("sed -i s/1/one/ many; git commit -qam one");
    expect(await files()).toEqual(["changed many", "added new"]);
    expect(await inProject("head -1 many; tail -1 many")).toBe("one\nnine");
    await inProject("git reset -q --hard; sed -i s/9/mine/ many; git commit -qam mine");
    await expectRefusal(/conflicts with commits of the project: many\.$/, "CONFLICT");
  });

  it("refuses while a merge is in conflict", async () => {
    await inProject(
      "git checkout -q -b x; echo x >readme; git commit -qam x; git checkout -q main; echo m >readme; git commit -qam m; git merge -q x >/dev/null || :",
    );
    await inClone("echo new >src/one");
    await expectRefusal(/: readme\.$/);
    expect(await readFile(join(project, "src/one"), "utf8")).toBe("1\n");
  });

  it("works in a linked working tree, whose changes are its own", async () => {
    await shop.git(project, "worktree", "add", "-q", "-b", "w", "../w");
    await inClone("echo new >src/one");
    expect((await apply(join(shop.root, "w"))).applied.files).toHaveLength(1);
    expect(await status(join(shop.root, "w"))).toBe("M  src/one");
    expect(await status()).toBe("");
  });

  it("runs no hook of the user or the session, and keeps names that are not UTF-8", async () => {
    await mkdir(join(project, ".git/hooks"), { recursive: true });
    for (const hook of ["post-checkout", "post-index-change", "post-merge"]) {
      await writeFile(join(project, ".git/hooks", hook), `#!/bin/sh\ntouch ${shop.root}/canary\n`);
      await chmod(join(project, ".git/hooks", hook), 0o755);
    }
    await inClone(`printf x >"$(printf 'caf\\351')"; printf x >'new
line'`);
    expect((await apply()).applied.files).toHaveLength(2);
    expect(await inProject("ls | od -c | grep -c 351")).toBe("1");
    expect(await readdir(shop.root)).not.toContain("canary");
  });
});

describe("hostile sessions", () => {
  it.each([".git", ".GIT", ".."])("a file named %s is refused by git", async (name) => {
    await inClone(
      `t=$(printf '100644 blob %s\\t${name}\\n' "$(git rev-parse HEAD:readme)" | git mktree); git update-ref refs/heads/a $(git commit-tree -p HEAD -m evil $t); git symbolic-ref HEAD refs/heads/a`,
    );
    await expectRefusal(/malformed/, "GIT_FAILED");
    expect(await status()).toBe("");
  });

  it("a link in place of a folder is made as a link, and nothing is written through it", async () => {
    const outside = join(shop.root, "outside");
    await mkdir(outside);
    await inClone(`rm -r src; ln -s ${outside} src; ln -s /etc/passwd link`);
    expect(await files()).toEqual(["added link", "added src", "removed src/one", "removed src/two"]);
    expect(await readlink(join(project, "src"))).toBe(outside);
    await inClone("rm src; mkdir src; echo evil >src/one");
    expect(await files()).toEqual(["added src/one", "removed src"]);
    expect(await readdir(outside)).toEqual([]);
  });

  it("a link of the user in place of a folder is not followed", async () => {
    const outside = join(shop.root, "outside");
    await mkdir(outside);
    await inProject(`ln -s ${outside} docs`);
    await inClone("mkdir docs; echo evil >docs/file");
    await expectRefusal(/: docs\.$/);
    expect(await readdir(outside)).toEqual([]);
  });

  it("names that differ only in case are different files, and none replaces another", async () => {
    await inClone("echo upper >README2; echo lower >readme2");
    await inProject("echo mine >Readme2");
    expect(await files()).toEqual(["added README2", "added readme2"]);
    expect(await inProject("cat README2 Readme2 readme2")).toBe("upper\nmine\nlower");
  });

  it("a submodule with other commits stays as it is, and is named", async () => {
    await inClone(
      "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),lib; git commit -qm lib; mkdir lib; echo new >src/one",
    );
    const { notes, applied } = await apply();
    expect(applied.files).toEqual([{ path: "src/one", change: "changed" }]);
    expect(notes).toEqual(["submodule lib: not applied; pull copies its commits"]);
  });
});
