import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeHoldings } from "../../../../src/clone/unsaved/describe.ts";
import { inspectHoldings } from "../../../../src/clone/unsaved/holdings.ts";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { pullSession, type PullResult, type PullSpec } from "../../../../src/clone/exchange/pull.ts";
import { savedBy } from "../../../../src/clone/unsaved/saved.ts";
import type { CloneSpec } from "../../../../src/clone/types.ts";
import { localInside } from "../../../support/git/git-local-inside.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let clone: string;
let spec: CloneSpec;

async function open(changes: Partial<CloneSpec> = {}): Promise<void> {
  spec = await shop.spec(project, "a", changes);
  clone = spec.path;
  await makeClone(shop.context, spec);
}

beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
});
afterEach(() => shop.end());

const identity = { name: "Grace", email: "grace@example.org" };
const inside = (): ReturnType<typeof localInside> => localInside(clone, shop.env);
const pull = (options: Partial<PullSpec> = {}): Promise<PullResult> =>
  pullSession(shop.context, inside(), spec.source, {
    session: "a",
    startBranch: spec.start.branch,
    identity,
    ...options,
  });
const unsaved = async (): Promise<string[]> =>
  describeHoldings(await inspectHoldings(inside(), savedBy(shop.context, spec.source), { start: spec.start.commit }));
const summary = (result: PullResult): string[] => result.refs.map(({ ref, state }) => `${ref} ${state}`);
const commit = (folder: string, name: string): Promise<string> =>
  shop.sh(folder, `echo ${name} >${name}; git add -A; git commit -qm ${name}`);

describe("pullSession", () => {
  it("counts the commits that the project did not have", async () => {
    await open();
    const counts = async (): Promise<unknown> => (await pull()).refs.map(({ commits }) => commits);
    await commit(clone, "one");
    await commit(clone, "two");
    expect(await counts()).toEqual([2]);
    expect(await counts()).toEqual([undefined]);
    await commit(clone, "three");
    expect(await counts()).toEqual([1]);
  });

  it("brings the session's branch and does not change the working tree, HEAD or any other ref", async () => {
    await open();
    await commit(clone, "one");
    const state =
      "git status --porcelain; git symbolic-ref HEAD; git for-each-ref refs/heads/main refs/tags refs/remotes; ls -A; cat readme";
    const before = await shop.sh(project, state);
    expect(summary(await pull())).toEqual(["refs/heads/a made"]);
    expect(await shop.git(project, "log", "--format=%s", "a")).toBe("one\none");
    expect(await shop.sh(project, state)).toBe(before);
    expect(await shop.git(project, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/a\nrefs/heads/main");
    expect(await readdir(join(project, ".git"))).not.toContain("FETCH_HEAD");
    expect(await unsaved()).toEqual([]);
    expect(summary(await pull())).toEqual(["refs/heads/a unchanged"]);
    await commit(clone, "two");
    expect(summary(await pull())).toEqual(["refs/heads/a updated"]);
    await commit(clone, "three");
    await pull();
    await shop.git(
      project,
      "update-ref",
      "refs/heads/a",
      await shop.git(project, "commit-tree", "-p", "a", "-m", "own", "a^{tree}"),
    );
    expect(summary(await pull())).toEqual(["refs/heads/a unchanged"]);
  });

  it("never overwrites a branch that diverged, and suggests another name that works", async () => {
    await open();
    await commit(clone, "mine");
    await shop.sh(project, "git checkout -q -b a; git commit -q --allow-empty -m theirs; git checkout -q main");
    const theirs = await shop.git(project, "rev-parse", "a");
    await expect(pull()).rejects.toMatchObject({
      code: "BRANCH_DIVERGED",
      hint: expect.stringContaining("cowork pull a --branch a-a") as string,
    });
    expect(await shop.git(project, "rev-parse", "a")).toBe(theirs);
    expect(summary(await pull({ branch: "a-a" }))).toEqual(["refs/heads/a-a made"]);
    expect(await unsaved()).toEqual([]);
    await expect(pull({ branch: "-x" })).rejects.toMatchObject({ code: "USAGE" });
    await expect(pull({ branch: "a..b" })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("fast-forwards a checked-out branch only with --ff and a clean working tree", async () => {
    spec = await shop.spec(project, "a");
    await open({ start: { branch: "main", commit: spec.start.commit, existing: true } });
    await commit(clone, "one");
    const old = await shop.git(project, "rev-parse", "main");
    await expect(pull()).rejects.toMatchObject({
      code: "BRANCH_CHECKED_OUT",
      hint: expect.stringContaining("--ff") as string,
    });
    await shop.sh(project, "echo x >>readme");
    await expect(pull({ ff: true })).rejects.toMatchObject({ code: "BRANCH_CHECKED_OUT" });
    expect(await shop.git(project, "rev-parse", "main")).toBe(old);
    await shop.sh(
      project,
      `git checkout -q readme; mkdir hooks; printf '#!/bin/sh\ntouch ${shop.root}/canary\n' >hooks/post-merge; chmod +x hooks/post-merge; git config core.hooksPath hooks`,
    );
    expect(summary(await pull({ ff: true }))).toEqual(["refs/heads/main updated"]);
    expect(await readdir(project)).toContain("one");
    expect(await shop.git(project, "status", "--porcelain", "-uno")).toBe("");
    expect(await readdir(shop.root)).not.toContain("canary");
  });

  it("moves no other branch if the user switches to one while --ff looks at the working tree", async () => {
    spec = await shop.spec(project, "a");
    await open({ start: { branch: "main", commit: spec.start.commit, existing: true } });
    await commit(clone, "one");
    const run: typeof shop.context.run = async (file, args, options) => {
      const result = await shop.context.run(file, args, options);
      if (args.includes("status")) await shop.git(project, "switch", "-q", "-c", "other");
      return result;
    };
    const ctx = { ...shop.context, run };
    const wanted = { session: "a", startBranch: "main", identity, ff: true };
    await expect(pullSession(ctx, inside(), spec.source, wanted)).rejects.toMatchObject({ code: "BRANCH_CHECKED_OUT" });
    expect(await shop.git(project, "rev-parse", "main", "other")).toBe(`${spec.start.commit}\n${spec.start.commit}`);
  });

  it("fast-forwards a branch checked out in a linked worktree only with --ff", async () => {
    await open();
    await commit(clone, "one");
    await shop.git(project, "worktree", "add", "-q", "-b", "a", "../w\nt");
    await expect(pull()).rejects.toMatchObject({ code: "BRANCH_CHECKED_OUT" });
    await pull({ ff: true });
    expect(await readdir(join(shop.root, "w\nt"))).toContain("one");
  });

  it("also brings the branch that is checked out, and a detached HEAD", async () => {
    await open();
    await commit(clone, "one");
    await shop.git(clone, "checkout", "-q", "-b", "side");
    await commit(clone, "two");
    expect(summary(await pull())).toEqual(["refs/heads/a made", "refs/heads/side made"]);
    await shop.sh(clone, "git checkout -q --detach; git commit -q --allow-empty -m three");
    expect(summary(await pull())).toEqual(["refs/heads/a unchanged", "refs/heads/a-detached made"]);
    await shop.sh(clone, "git checkout -q --detach HEAD~1; git commit -q --allow-empty -m four");
    expect(summary(await pull())).toEqual(["refs/heads/a unchanged", "refs/heads/a-detached-2 made"]);
    expect(await shop.git(project, "log", "-1", "--format=%s", "a-detached")).toBe("three");
  });

  it("brings every branch and tag when asked, so that nothing is unsaved", async () => {
    await open();
    await shop.sh(
      project,
      "git branch taken; git checkout -q taken; git commit -q --allow-empty -m theirs; git checkout -q main; git tag t",
    );
    await shop.sh(
      clone,
      `git checkout -q -b x/y; git commit -q --allow-empty -m 1; git tag light; git tag -a -m note heavy; git commit -q --allow-empty -m 2; git tag t
       git checkout -q -b taken; git commit -q --allow-empty -m 3; git notes add -m note; git checkout -q main; git commit -q --allow-empty -m 4
       git checkout -q a; git merge -q --no-ff --no-commit taken || :`,
    );
    const { refs, notes } = await pull({ allBranches: true });
    expect(
      refs
        .filter(({ state }) => state !== "unchanged")
        .map(({ ref }) => ref)
        .toSorted(),
    ).toEqual([
      "refs/cowork/a/MERGE_HEAD",
      "refs/cowork/a/notes/commits",
      "refs/heads/a",
      "refs/heads/main-a",
      "refs/heads/taken-a",
      "refs/heads/x/y",
      "refs/tags/heavy",
      "refs/tags/light",
      "refs/tags/t-a",
    ]);
    expect(notes).toHaveLength(3);
    expect(await shop.git(project, "cat-file", "-t", "heavy")).toBe("tag");
    expect(await unsaved()).toEqual(["a merge in progress"]);
    expect((await pull({ allBranches: true })).refs.every(({ state }) => state === "unchanged")).toBe(true);
  });

  it("commits the working tree on a separate branch and does not change the session", async () => {
    await open();
    await shop.sh(
      clone,
      "echo 1 >f; git add f; git commit -qm one; echo 2 >g; echo staged >readme; git add readme; echo worked >readme; mkdir d; ln -s x d/l; rm f; git update-index --skip-worktree readme",
    );
    const state =
      "git status --porcelain; git stash list; git for-each-ref; git ls-files -s; find . -path ./.git/objects -prune -o -type f -print | sort";
    const before = await shop.sh(clone, state);
    expect(summary(await pull({ uncommitted: true }))).toEqual(["refs/heads/a made", "refs/heads/a-wip made"]);
    expect(await shop.sh(clone, state)).toBe(before);
    expect(await shop.git(project, "log", "--format=%an %s", "a-wip", "-3")).toBe(
      "Grace Work in progress in session a\nGrace Work in progress in session a: what was staged\nAda one",
    );
    expect(await shop.git(project, "show", "a-wip:readme")).toBe("worked");
    expect(await shop.git(project, "show", "a-wip~1:readme")).toBe("staged");
    expect(await shop.git(project, "ls-tree", "-r", "--name-only", "a-wip")).toBe("d/l\ng\nreadme");
    expect(await unsaved()).toEqual([]);
    expect(summary(await pull({ uncommitted: true }))).toEqual([
      "refs/heads/a unchanged",
      "refs/heads/a-wip unchanged",
    ]);
    await shop.sh(clone, "echo 3 >g");
    expect(await unsaved()).not.toEqual([]);
    expect(summary(await pull({ uncommitted: true }))).toEqual(["refs/heads/a unchanged", "refs/heads/a-wip-2 made"]);
    expect(await unsaved()).toEqual([]);
  });

  it("creates no -wip branch for a clean working tree", async () => {
    await open();
    expect(summary(await pull({ uncommitted: true }))).toEqual(["refs/heads/a made"]);
    await commit(clone, "one");
    expect(summary(await pull({ uncommitted: true }))).toEqual(["refs/heads/a updated"]);
  });

  it("commits the working tree of a branch without commits, and next to nested repositories", async () => {
    await open();
    await shop.sh(
      clone,
      "git checkout -q --orphan new; git rm -rfq .; echo o >o; git add o; echo p >p; git init -q nested; git -C nested commit -q --allow-empty -m x",
    );
    expect(summary(await pull({ uncommitted: true }))).toEqual(["refs/heads/a made", "refs/heads/a-wip made"]);
    expect(await shop.git(project, "ls-tree", "-r", "--name-only", "a-wip")).toBe("o\np");
    expect(await unsaved()).toEqual([
      "1 untracked file: nested/",
      "nested repository nested: 1 commit on main not in the project",
    ]);
  });

  it("brings stashes with --uncommitted", async () => {
    await open();
    await shop.sh(clone, "echo 1 >f; git stash -qu; echo 2 >f; git add f; git stash -q");
    expect((await unsaved()).join()).toContain("2 stashes");
    expect(summary(await pull({ uncommitted: true }))).toEqual([
      "refs/heads/a made",
      "refs/heads/a-stash made",
      "refs/heads/a-stash-2 made",
    ]);
    expect(await unsaved()).toEqual([]);
  });

  it("fetches commits of submodules and git-lfs objects", async () => {
    await shop.project("lib");
    await shop.sh(project, "git submodule --quiet add ../lib vendor/lib; git commit -qm sub");
    await open();
    const oid = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    await shop.sh(
      clone,
      `cd vendor/lib; echo d >d; git add -A; git commit -qm deep; git branch side HEAD~1; cd ../..; git commit -qam bump; echo u >vendor/lib/u
       mkdir -p .git/lfs/objects/2c/26 .git/lfs/objects/aa/aa; printf foo >.git/lfs/objects/2c/26/${oid}; echo forged >.git/lfs/objects/aa/aa/${"a".repeat(64)}`,
    );
    const { notes } = await pull({ uncommitted: true });
    expect(notes).toEqual([
      "submodule vendor/lib: was pulled as a-detached",
      "submodule vendor/lib: was pulled as a-wip",
      "1 objects of git-lfs could not be copied",
    ]);
    expect(await shop.git(join(project, "vendor/lib"), "log", "-1", "--format=%s", "a-detached")).toBe("deep");
    expect(await shop.git(join(project, "vendor/lib"), "status", "--porcelain")).toBe("");
    expect(await shop.sh(project, `cat .git/lfs/objects/2c/26/${oid}; ls .git/lfs/objects .git/lfs/tmp`)).toBe(
      "foo.git/lfs/objects:\n2c\n\n.git/lfs/tmp:",
    );
    expect(await unsaved()).toEqual([`1 git-lfs object not in the project: ${"a".repeat(12)}`]);
  });

  it("refuses malformed objects and leaves no ref behind", async () => {
    await open();
    await shop.sh(
      clone,
      String.raw`b=$(echo x | git hash-object -w --stdin); t=$(printf "100644 .git\0$(printf %s $b | sed 's/../\\x&/g')" | git hash-object -t tree -w --stdin --literally)
      printf "tree $t\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nevil\n" | git hash-object -t commit -w --stdin --literally >c; git update-ref refs/heads/a $(cat c); rm c`,
    );
    await expect(pull()).rejects.toMatchObject({ code: "GIT_FAILED" });
    expect(await shop.git(project, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    expect(await readdir(join(shop.context.paths.stateRoot, ".tmp"))).toEqual([]);
  });

  it("works for shallow, sha256 and worktree projects", async () => {
    await shop.sh(
      shop.root,
      `for i in 1 2 3; do git -C app commit -q --allow-empty -m $i; done; git clone -q --depth 1 file://${project} low; git init -q --object-format=sha256 wide; cd wide; echo x >x; git add x; git commit -qm x; cd ../app; git worktree add -q ../side`,
    );
    for (const name of ["low", "wide", "side"]) {
      project = join(shop.root, name);
      spec = await shop.spec(project, `s-${name}`);
      clone = spec.path;
      await makeClone(shop.context, spec);
      await commit(clone, name);
      await shop.sh(clone, "echo u >u");
      await pull({ uncommitted: true, session: `s-${name}` });
      expect(await shop.git(project, "log", "-1", "--format=%s", `s-${name}`)).toBe(name);
      expect(await unsaved()).toEqual([]);
    }
  });

  it("rejects a session that sends other commits than it listed, or nothing", async () => {
    await open();
    await commit(clone, "one");
    const real = inside();
    const lying = {
      ...real,
      save: (text: string, file: string) =>
        real.save(text, file, { input: Buffer.from("want " + spec.start.commit + " refs/cowork/0\n") }),
    };
    const bad = (liar: typeof real): Promise<PullResult> =>
      pullSession(shop.context, liar, spec.source, { session: "a", startBranch: "a", identity });
    await expect(bad(lying)).rejects.toMatchObject({ code: "GIT_FAILED" });
    const silent = { ...real, script: () => Promise.resolve({ code: 0, stdout: "", stderr: "", truncated: false }) };
    await expect(bad(silent)).rejects.toMatchObject({ code: "GIT_FAILED" });
    const rubbish = { ...real, save: (_: string, file: string) => real.save("echo rubbish", file) };
    await expect(bad(rubbish)).rejects.toMatchObject({ code: "GIT_FAILED" });
    expect(await shop.git(project, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });
});
