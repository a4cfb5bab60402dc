import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { pushSession, type PushResult, type PushSpec } from "../../../../src/clone/exchange/push.ts";
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
  await open();
});
afterEach(() => shop.end());

async function open(changes: Partial<CloneSpec> = {}): Promise<void> {
  spec = await shop.spec(project, "a", changes);
  clone = spec.path;
  await makeClone(shop.context, spec);
}

const identity = { name: "Grace", email: "grace@example.org" };
const push = (options: Partial<PushSpec> = {}): Promise<PushResult> =>
  pushSession(shop.context, localInside(clone, shop.env), spec.source, {
    session: "a",
    start: spec.start,
    identity,
    ...options,
  });
const commit = (folder: string, name: string, text = name): Promise<string> =>
  shop.sh(folder, `echo '${text}' >${name}; git add -A; git commit -qm ${name}`);
const state = (): Promise<string> =>
  shop.sh(
    clone,
    "git status --porcelain --branch; git rev-parse HEAD; git for-each-ref refs/heads; ls -A; ls -A .git | grep -v logs; cat readme",
  );

describe("pushSession", () => {
  it("uses the branch if a tag has the same name, and reports names that are ambiguous", async () => {
    await shop.sh(
      project,
      "git tag a; git tag other; git checkout -q -b a; git commit -q --allow-empty -m new; git update-ref refs/heads/other HEAD",
    );
    const pushed = await push({ start: { branch: "a", existing: true } });
    expect(pushed).toMatchObject({
      ref: "refs/remotes/project/a",
      commit: await shop.git(project, "rev-parse", "refs/heads/a"),
    });
    await expect(push({ ref: "other" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("refs/heads/other, refs/tags/other") as string,
      hint: expect.stringContaining("cowork push a refs/heads/other") as string,
    });
    expect(await push({ ref: "refs/tags/other" })).toMatchObject({ ref: "refs/tags/other" });
  });

  it("makes the project's new commits visible in the session and changes nothing else there", async () => {
    await commit(project, "new");
    const before = await state();
    const refsBefore = await shop.git(project, "for-each-ref");
    expect(await push()).toEqual({
      ref: "refs/remotes/project/main",
      commit: await shop.git(project, "rev-parse", "main"),
      state: "updated",
    });
    expect(await state()).toBe(before);
    expect(await shop.git(project, "for-each-ref")).toBe(refsBefore);
    expect(await shop.git(clone, "log", "-1", "--format=%s", "project/main")).toBe("new");
    expect(await push()).toMatchObject({ state: "unchanged" });
    await shop.sh(project, "git commit -q --amend -m rewritten");
    expect(await push()).toMatchObject({ state: "updated" });
    await shop.git(clone, "fsck", "--strict");
    expect(await readdir(join(shop.context.paths.stateRoot, ".tmp"))).toEqual([]);
  });

  it("sends branches, tags, remote-tracking branches of origin and single commits", async () => {
    await shop.sh(
      project,
      `git clone -q --bare . ../o.git; git remote add origin ../o.git; git checkout -q -b f/x; git commit -q --allow-empty -m x; git tag -a -m t v1; git push -q origin f/x; git checkout -q --detach; git commit -q --allow-empty -m y`,
    );
    expect(await push({ ref: "f/x" })).toMatchObject({ ref: "refs/remotes/project/f/x", state: "made" });
    expect(await push({ ref: "v1" })).toMatchObject({ ref: "refs/tags/v1", state: "made" });
    expect(await shop.git(clone, "cat-file", "-t", "v1")).toBe("tag");
    expect(await push({ ref: "origin/f/x" })).toMatchObject({ ref: "refs/remotes/origin/f/x", state: "made" });
    expect(await push()).toMatchObject({ ref: "refs/remotes/project/HEAD", state: "made" });
    expect(await push({ ref: "HEAD~1" })).toMatchObject({ ref: "refs/remotes/project/HEAD", state: "updated" });
    await shop.sh(
      clone,
      "git update-ref refs/remotes/origin/f/x $(git commit-tree -p origin/f/x -m newer origin/f/x^{tree}); git tag -f v1 a",
    );
    expect(await push({ ref: "origin/f/x" })).toMatchObject({ state: "unchanged" });
    await expect(push({ ref: "v1" })).rejects.toMatchObject({ code: "BRANCH_DIVERGED" });
    for (const ref of ["nowhere", "--all", "-x", "a b"])
      await expect(push({ ref })).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
  });

  it("sends the session's own branch if the project has it", async () => {
    await shop.git(project, "branch", "side");
    const side = await shop.spec(project, "side");
    await open({ ...side, start: { ...side.start, existing: true } });
    await shop.sh(
      project,
      "git checkout -q side; git commit -q --allow-empty -m s; git checkout -q main; git commit -q --allow-empty -m m",
    );
    expect(await push()).toMatchObject({ ref: "refs/remotes/project/side" });
  });

  it("merges and rebases on request", async () => {
    await commit(project, "theirs");
    await commit(clone, "mine");
    await shop.sh(clone, "echo u >untracked");
    const { moved } = await push({ integrate: "merge" });
    expect(moved?.to).toBe(await shop.git(clone, "rev-parse", "HEAD"));
    expect(await shop.git(clone, "log", "-1", "--format=%an %p")).toMatch(/^Grace \w+ \w+$/);
    expect(await readdir(clone)).toEqual(expect.arrayContaining(["theirs", "mine", "untracked"]));
    expect(await push({ integrate: "merge" })).not.toHaveProperty("moved");
    await shop.sh(clone, "git reset -q --hard HEAD~1");
    await push({ integrate: "rebase" });
    expect(await shop.git(clone, "log", "--format=%an %s")).toBe("Ada mine\nAda theirs\nAda one");
    expect(await shop.git(clone, "status", "--porcelain")).toBe("?? untracked");
  });

  it.each(["merge", "rebase"] as const)("aborts a %s with conflicts, without a trace", async (integrate) => {
    await shop.sh(clone, "for i in 1 2; do echo $i >>readme; git commit -qam mine$i; done");
    await commit(project, "readme", "theirs");
    await push();
    await shop.sh(clone, "rm -f .git/ORIG_HEAD .git/AUTO_MERGE");
    const before = await state();
    await expect(push({ integrate })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("readme") as string,
    });
    await shop.sh(clone, "rm -f .git/ORIG_HEAD .git/AUTO_MERGE");
    expect(await state()).toBe(before);
    // Asked for, the conflict stays.
    await expect(push({ integrate, keepConflicts: true })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("waits to be resolved: readme") as string,
    });
    expect(await shop.git(clone, "diff", "--name-only", "--diff-filter=U")).toBe("readme");
    expect(await shop.sh(clone, "cat readme")).toContain("<<<<<<<");
  });

  it("does not start during another operation or with uncommitted changes", async () => {
    await commit(project, "theirs");
    await shop.sh(clone, "echo x >>readme");
    await expect(push({ integrate: "merge" })).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: expect.stringContaining("uncommitted changes") as string,
    });
    await shop.sh(
      clone,
      "git checkout -q -b o; git commit -qam o; git checkout -q a; echo y >>readme; git commit -qam y; git merge -q o || :",
    );
    await expect(push({ integrate: "rebase" })).rejects.toMatchObject({
      code: "GIT_FAILED",
      message: expect.stringContaining("in progress") as string,
    });
  });

  it("runs no hook and no command that the clone has configured", async () => {
    await commit(project, "theirs");
    await commit(clone, "mine");
    await shop.sh(
      clone,
      `mkdir -p .git/hooks; for h in post-merge pre-merge-commit reference-transaction post-rewrite pre-rebase post-checkout commit-msg; do printf '#!/bin/sh\ntouch ${shop.root}/canary\n' >.git/hooks/$h; chmod +x .git/hooks/$h; done
       git config core.hooksPath .git/hooks; git config core.fsmonitor 'touch ${shop.root}/canary; false'; git config core.sshCommand 'touch ${shop.root}/canary'; git config remote.origin.url ext::'touch ${shop.root}/canary'`,
    );
    await push({ integrate: "merge" });
    await shop.sh(clone, "git -c core.hooksPath=/dev/null -c core.fsmonitor=false reset -q --hard HEAD~1");
    await push({ integrate: "rebase" });
    expect(await readdir(shop.root)).not.toContain("canary");
  });
});
