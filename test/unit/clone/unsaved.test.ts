import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noHoldings } from "../../../src/clone/unsaved/judge.ts";
import { notPulledNotes } from "../../../src/clone/unsaved/nested-inside.ts";
import { saveHints } from "../../../src/clone/unsaved/save-hints.ts";
import { renderHint } from "../../../src/hint.ts";
import { createSessions } from "../../../src/session/lifecycle/create.ts";
import { openClone } from "../../../src/session/exchange/open-clone.ts";
import { sessionHost, type SessionHost } from "../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
});
afterEach(async () => {
  await host.shop.sh(host.shop.root, "chmod -R u+rwX .");
  await host.end();
});

const hintOf = (outcome: { error?: { hint?: string } }): string => outcome.error?.hint ?? "";

describe("a path that the session's user cannot read", () => {
  beforeEach(async () => {
    await host.shop.sh(
      host.project.facts.root,
      "printf 'data/\n*.log\nnode_modules/\n' >.gitignore; git add -A; git commit -qm i",
    );
    await host.init("a");
  });

  it.each([
    ["an ignored folder with a database", "mkdir -p data/in; echo x >data/in/app.sqlite; chmod 000 data/in", "data/in"],
    ["a folder that can be entered but not listed", "mkdir -p data/in; chmod 311 data/in", "data/in"],
    ["a folder that can be listed but not entered", "mkdir -p data/in; chmod 644 data/in", "data/in"],
    ["an untracked folder", "mkdir -p pg/d; chmod 000 pg/d", "pg/d"],
    ["an untracked file", "echo x >secret; chmod 000 secret", "secret"],
    ["a changed file", "echo changed >readme; chmod 000 readme", "readme"],
    ["a file of a nested repository", "git init -q sub; echo x >sub/secret; chmod 000 sub/secret", "sub/secret"],
    ["a folder deep down, with a space in its name", "mkdir -p 'data/x y/z'; chmod 000 'data/x y/z'", "data/x y/z"],
    [
      "a folder of branches",
      "git branch team/x; git commit -q --allow-empty -m 1; git branch -f team/x; git reset -q --hard HEAD~1; chmod 000 .git/refs/heads/team",
      ".git/refs/heads/team",
    ],
    ["a branch", "git branch x; chmod 000 .git/refs/heads/x", ".git/refs/heads/x"],
    ["the list of working trees", "git worktree add -q --detach .wt; chmod 000 .git/worktrees", ".git/worktrees"],
    [
      "a working tree's own folder",
      "git worktree add -q --detach wt; chmod 000 .git/worktrees/wt",
      ".git/worktrees/wt",
    ],
    ["the git folder of a nested repository", "git init -q sub; chmod 000 sub/.git", "sub/.git"],
    [
      "a reflog",
      "git commit -q --allow-empty -m 1; git reset -q --soft HEAD~1; chmod 000 .git/logs/HEAD",
      ".git/logs/HEAD",
    ],
  ])("is unsaved and listed: %s", async (_, script, path) => {
    await host.inside("a", script);
    const outcome = await host.clean("a");
    expect(outcome).toMatchObject({ ok: false, exitCode: 3 });
    const line = `not readable: ${path} cannot be read by the session's user`;
    expect(outcome.unsaved.filter((one) => one.endsWith(line))).toHaveLength(1);
    expect(outcome.unsaved.join()).not.toContain("adding files failed");
    expect(host.states("a")).toBe("main=running");
    // The suggested command works as it is typed.
    const [, command = ""] = /cowork connect a -- (chmod -R u\+rwX [^;]*)/.exec(hintOf(outcome)) ?? [];
    expect(command).not.toBe("");
    await host.inside("a", command);
    const again = await host.clean("a", { dryRun: true });
    expect(again.unsaved.join()).not.toContain("cannot be read");
  });

  it("is listed by a pull of the working tree, unless git ignores it", async () => {
    await host.inside("a", "mkdir -p pg/d data/in; echo x >pg/d/f; chmod 000 pg/d data/in; git init -q sub");
    const opened = await openClone(host.ctx, { project: host.project.facts, names: ["a"] });
    try {
      expect(await notPulledNotes(opened.inside)).toEqual([
        "sub stays in the session: it is a separate git repository",
        "pg/d stays in the session: the session's user cannot read it",
      ]);
    } finally {
      await opened.close();
    }
  });

  it.each([
    [
      { canSudo: true },
      { isRoot: false },
      "make it readable: cowork connect a -- sudo chown -R 1000:1000 '/w/data x/in'; or discard it: cowork clean a --force",
    ],
    [
      {},
      { isRoot: true },
      "make it readable: cowork connect a -- chown -R 1000:1000 '/w/data x/in'; or discard it: cowork clean a --force",
    ],
    [{}, { isRoot: false }, "discard it: cowork clean a --force"],
  ])("is made readable by root if another user owns it: %o %o", (found, place, hint) => {
    const blocked = [{ path: "/w/data x/in", shown: "data x/in", isOwn: false }];
    const where = { name: "a", clone: "/clone", branches: ["a"], owner: "1000:1000", ...place };
    expect(renderHint(saveHints({ ...noHoldings(), blocked, ...found }, where))).toBe(hint);
  });

  it("does not matter below installed folders that git ignores", async () => {
    await host.inside("a", "mkdir -p node_modules/x/y; chmod 000 node_modules/x/y");
    expect(await host.clean("a")).toMatchObject({ ok: true });
    await host.init("b");
    await host.inside("b", "mkdir -p vendor/x; echo 1 >vendor/x/f; chmod 000 vendor/x");
    expect(await host.clean("b")).toMatchObject({ exitCode: 3 });
  });
});

describe("commits on no branch", () => {
  beforeEach(async () => {
    await host.init("a");
  });

  it.each([
    [
      "on an abandoned detached HEAD",
      "git checkout -q --detach; echo 1 >f; git add f; git commit -qm one; git checkout -q a",
    ],
    [
      "on a branch that was deleted",
      "git checkout -q -b x; echo 1 >f; git add f; git commit -qm one; git checkout -q a; git branch -qD x",
    ],
    ["with a message only", "git checkout -q --detach; git commit -q --allow-empty -m one; git checkout -q a"],
    [
      "without a parent",
      "git checkout -q --orphan x; echo 1 >f; git add f; git commit -qm one; git checkout -q a; git branch -qD x",
    ],
    ["undone by a reset", "echo 1 >f; git add f; git commit -qm one; git reset -q --hard HEAD~1"],
    [
      "that only ORIG_HEAD refers to",
      "echo 1 >f; git add f; git commit -qm one; git reset -q --hard HEAD~1; rm -r .git/logs",
    ],
    [
      "amended and then abandoned",
      "git checkout -q --detach; echo 1 >f; git add f; git commit -qm zero; git commit -q --amend -m one; git checkout -q a",
    ],
  ])("are unsaved, and the hint keeps them: %s", async (_, script) => {
    await host.inside("a", script);
    const outcome = await host.clean("a");
    expect(outcome).toMatchObject({
      exitCode: 3,
      unsaved: [expect.stringMatching(/^1 commit on no branch: [0-9a-f]{10} one$/)],
    });
    const [, command = ""] =
      /cowork connect a -- (git branch .*?), then cowork pull a --all-branches/.exec(hintOf(outcome)) ?? [];
    await host.inside("a", command);
    await host.bring("a", "refs/heads/*:refs/heads/s/*");
    expect(await host.clean("a")).toMatchObject({ ok: true, unsaved: [] });
  });

  it.each([
    [
      "amended",
      "echo 1 >f; git add f; git commit -qm one; echo 2 >f; git commit -qam two --amend",
      "replaced by an amend or a rebase",
    ],
    [
      "rebased",
      "git checkout -q -b o; echo o >o; git add o; git commit -qm o; git checkout -q a; echo 1 >f; git add f; git commit -qm one; git rebase -q o",
      "replaced by an amend or a rebase",
    ],
    [
      "picked",
      "git checkout -q --detach; echo 1 >f; git add f; git commit -qm one; git checkout -q a; echo 2 >g; git add g; git commit -qm two; git cherry-pick HEAD@{2}",
      "with changes that other commits contain",
    ],
    [
      "squashed",
      "git checkout -q -b x; echo 1 >f; git add f; git commit -qm one; git checkout -q a; git merge -q --squash x; git commit -qm all; git branch -qD x",
      "with changes that other commits contain",
    ],
    [
      "undone and done differently",
      "echo 1 >f; git add f; git commit -qm one; git reset -q --soft HEAD~1; echo 2 >f; git add f; git commit -qm two",
      "with files that have changed since",
    ],
  ])("are listed and may be removed if something replaced them: %s", async (_, script, why) => {
    await host.inside("a", script);
    await host.bring("a", "refs/heads/*:refs/heads/s/*");
    const dry = await host.clean("a", { dryRun: true });
    expect(dry).toMatchObject({ ok: true, unsaved: [] });
    expect(dry.going).toEqual([expect.stringMatching(new RegExp(`^1 commit .*${why}: [0-9a-f]{10} one$`))]);
    expect((await host.clean("a")).going).toEqual(dry.going);
    expect(host.events).toContainEqual(expect.objectContaining({ detail: `also removed: ${dry.going?.[0]}` }));
  });

  it("do not include those of a stash, an operation or another working tree", async () => {
    await host.inside(
      "a",
      "echo 1 >>readme; git stash -q; echo 2 >>readme; git stash -q; git worktree add -q --detach .wt; cd .wt; git commit -q --allow-empty -m there",
    );
    const { unsaved, going } = await host.clean("a");
    expect(unsaved.join("\n")).not.toContain("on no branch");
    expect(unsaved.join("\n")).toContain("2 stashes");
    expect(unsaved.join("\n")).toContain("1 commit on HEAD");
    expect(going ?? []).toEqual([]);
  });

  it("are saved when the project has them", async () => {
    await host.inside(
      "a",
      "git checkout -q --detach; echo 1 >f; git add f; git commit -qm one; git tag t; git checkout -q a",
    );
    await host.bring("a", "t:refs/heads/t");
    await host.inside("a", "git tag -d t");
    expect(await host.clean("a")).toMatchObject({ ok: true, unsaved: [], going: [] });
  });
});

describe("remote-tracking branches in the clone", () => {
  it("do not prove that their commits are saved", async () => {
    await host.init("a");
    await host.inside("a", "git update-ref refs/remotes/origin/foo $(git commit-tree -m x -p HEAD 'HEAD^{tree}')");
    const outcome = await host.clean("a");
    expect(outcome).toMatchObject({
      exitCode: 3,
      unsaved: ["1 commit on remote branch origin/foo not in the project"],
    });
    expect(hintOf(outcome)).toContain("run git fetch in the project");
    await host.bring("a", "refs/remotes/origin/foo:refs/remotes/origin/foo");
    expect(await host.clean("a")).toMatchObject({ ok: true });
  });

  it("are not unsaved if the clone was created with them, even if the project has dropped them since", async () => {
    const { root } = host.project.facts;
    await host.shop.sh(
      root,
      "git commit -q --allow-empty -m merged; git update-ref refs/remotes/origin/pr HEAD; git reset -q --hard HEAD~1",
    );
    const request = await host.request(["a"]);
    await createSessions(host.ctx, {
      ...request,
      project: { ...request.project, origin: "https://example.invalid/app.git" },
    });
    await host.shop.sh(
      root,
      "git update-ref -d refs/remotes/origin/pr; git reflog expire --expire=now --all; git gc -q --prune=now",
    );
    expect(await host.inside("a", "git log -1 --format=%s origin/pr")).toBe("merged");
    const kept = await host.clean("a", { dryRun: true });
    expect(kept).toMatchObject({ ok: true, unsaved: [] });
    // A branch of the session with the same commit is unsaved work anyway.
    await host.inside("a", "git branch mine origin/pr");
    expect(await host.clean("a")).toMatchObject({ unsaved: ["1 commit on mine not in the project"] });
    await host.inside("a", "git branch -qD mine");
    expect(await host.clean("a")).toMatchObject({ ok: true });
  });
});

describe("working trees outside the clone", () => {
  it("keep a session, with the reason and a hint, both in the dry run and in the real one", async () => {
    await host.init("a");
    const place = join(host.shop.root, "home", "wt");
    await chmod(join(host.shop.root, "home"), 0o777);
    await host.inside("a", `git worktree add -q ${place} -b wtb`);
    const dry = await host.clean("a", { dryRun: true });
    const real = await host.clean("a");
    expect([dry.exitCode, dry.unsaved, dry.error]).toEqual([real.exitCode, real.unsaved, real.error]);
    expect(real.unsaved).toEqual([expect.stringContaining(`worktree ${place}: is outside the clone`)]);
    expect(host.states("a")).toBe("main=running");
    expect(host.looks.filter((where) => where === "helper")).toEqual([]);
    const [, command = ""] = /cowork connect a -- (git worktree remove \S+?)(;|$)/.exec(hintOf(real)) ?? [];
    await host.inside("a", command);
    expect(await host.clean("a", { dryRun: true })).toMatchObject({ ok: true });
    await host.inside("a", `git worktree add -q ${place} wtb; rm -r ${place}`);
    const gone = await host.clean("a");
    expect(gone.unsaved).toEqual([expect.stringContaining("does not exist any more")]);
    expect(hintOf(gone)).toContain("cowork connect a -- git worktree prune");
    await host.inside("a", "git worktree prune");
    expect(await host.clean("a")).toMatchObject({ ok: true });
  });
});

describe("a separate repository in the working tree", () => {
  it("must be copied: the hint does not suggest a pull that would leave it behind", async () => {
    await host.init("a");
    await host.inside("a", "git init -q sub; cd sub; echo w >w; git add w; git commit -qm inner");
    const outcome = await host.clean("a");
    expect(outcome).toMatchObject({ exitCode: 3 });
    expect(outcome.unsaved.filter((line) => line.includes(" sub: "))).toEqual([
      expect.stringMatching(/^nested repository sub: /),
    ]);
    expect(hintOf(outcome)).toBe(`copy sub out of ${host.clone("a")}; or discard it: cowork clean a --force`);
  });
});

describe("files that are removed with a session and are not in its clone", () => {
  it("are listed before they are removed: volumes, and files in home folders", async () => {
    host.cli.volumes.push(`cowork-data-${"0".repeat(52)}`);
    await host.init("a");
    const [main] = host.containers("a");
    host.engine.changes.set(main?.id ?? "", [
      "/home",
      "/home/dev",
      "/home/dev/notes",
      "/home/dev/notes/x",
      "/home/dev/.cache/y",
      "/etc/x",
    ]);
    const dry = await host.clean("a", { dryRun: true });
    expect(dry.going).toEqual([`/home/dev of container ${main?.name}: notes`, `volume cowork-data-${"0".repeat(52)}`]);
    expect((await host.clean("a")).going).toEqual(dry.going);
    for (const line of dry.going ?? [])
      expect(host.events).toContainEqual(expect.objectContaining({ detail: `also removed: ${line}` }));
  });
});
