import { execa } from "execa";
import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CoworkError } from "../../src/errors.ts";
import { describeHoldings } from "../../src/clone/describe.ts";
import { diffSession } from "../../src/clone/diff.ts";
import { readHead } from "../../src/clone/head.ts";
import { inspectHoldings } from "../../src/clone/holdings.ts";
import { makeClone } from "../../src/clone/make.ts";
import { pullSession } from "../../src/clone/pull.ts";
import { pushSession } from "../../src/clone/push.ts";
import { savedBy } from "../../src/clone/saved.ts";
import type { CloneSpec } from "../../src/clone/types.ts";
import { type ContainerWorkshop, containerWorkshop } from "../support/git-container.ts";

/**
 * What a container can write into its clone to get at the host. `$C` is a command that leaves a canary on the host when the
 * host runs it, `$O` a folder of the host outside of the clone. Every plant comes on top of real work: one commit, one untracked file.
 */
const plants: Record<string, string> = {
  "core.fsmonitor": `git config core.fsmonitor "$C"`,
  "core.hooksPath and hooks": `mkdir -p .evil; for h in post-checkout post-commit pre-commit reference-transaction post-index-change post-merge pre-auto-gc update post-update pre-receive; do printf '#!/bin/sh\\n%s\\n' "$C" >.evil/$h; chmod +x .evil/$h; mkdir -p .git/hooks; cp .evil/$h .git/hooks/$h; done; git config core.hooksPath "$PWD/.evil"`,
  "filter clean, smudge and process": `echo '* filter=evil' >.gitattributes; git config filter.evil.clean "$C; cat"; git config filter.evil.smudge "$C; cat"; git config filter.evil.process "$C"; git config filter.evil.required true`,
  "core.sshCommand, askPass, gitProxy": `git config core.sshCommand "$C"; git config core.askPass "$C"; git config core.gitProxy "$C"; git config remote.origin.url git@localhost:x`,
  "remote helpers and credential helpers": `git config remote.origin.url "ext::sh -c '$C'"; git config protocol.ext.allow always; git config credential.helper "!$C"; git config remote.origin.uploadpack "$C"; git config remote.origin.promisor true; git config extensions.partialClone origin`,
  "diff.external and textconv": `echo '* diff=evil' >.gitattributes; git config diff.external "$C"; git config diff.evil.command "$C"; git config diff.evil.textconv "$C; cat"; git config core.pager "$C"; git config pager.diff "$C"; git config interactive.diffFilter "$C"`,
  "merge drivers": `echo '* merge=evil' >.gitattributes; git config merge.evil.driver "$C"; git config merge.tool evil; git config core.editor "$C"; git config sequence.editor "$C"; git config gpg.program "$C"; git config commit.gpgSign true`,
  "include.path": `printf '[core]\\n\\tfsmonitor = "%s"\\n' "$C" >.evil; git config include.path "$PWD/.evil"; git config includeIf.onbranch:**.path ../.evil; git config --add include.path "$O/config"`,
  "aliases and uploadpack.packObjectsHook": `for a in status bundle fetch config add; do git config alias.$a "!$C"; done; git config uploadpack.packObjectsHook "$C"; git config uploadpack.allowAnySHA1InWant true; git config gc.recentObjectsHook "$C"; git config trailer.x.command "$C"`,
  commondir: `mkdir -p .evil; cp -r .git/. .evil/; printf '[core]\\n\\tfsmonitor = "%s"\\n' "$C" >>.evil/config; echo ../.evil >.git/commondir`,
  "commondir of the host": `echo "$O" >.git/commondir`,
  "gitdir files": `git init -q sub; mv sub/.git .evilgit; printf '[core]\\n\\tfsmonitor = "%s"\\n\\tworktree = /\\n' "$C" >>.evilgit/config; echo "gitdir: $PWD/.evilgit" >sub/.git; mkdir -p .git/worktrees/evil; echo "$O/.git" >.git/worktrees/evil/gitdir; echo "$PWD/.evilgit" >.git/worktrees/evil/commondir; echo 'ref: refs/heads/main' >.git/worktrees/evil/HEAD`,
  "alternates to the host": `mkdir -p .git/objects/info; echo "$O/objects" >.git/objects/info/alternates; echo "http://localhost:1/x" >.git/objects/info/http-alternates; git config core.alternateRefsCommand "$C"; git config core.alternateRefsPrefixes x`,
  "submodule urls and paths": `git config -f .gitmodules 'submodule.../../evil.path' '../out'; git config -f .gitmodules 'submodule.../../evil.url' "ext::$C"; git config -f .gitmodules submodule.x.path '-x'; git config -f .gitmodules submodule.x.url '-u./payload'; git config -f .gitmodules submodule.x.update "!$C"; git config submodule.x.update "!$C"; git config submodule.recurse true; git add -f .gitmodules; git -c core.hooksPath=/dev/null commit -qm modules`,
  "a submodule with a configuration of its own": `git init -q evil; git -C evil commit -q --allow-empty -m x; git -C evil config core.fsmonitor "$C"; git -C evil config core.hooksPath "$O"; git add -A evil; git commit -qm evil; echo x >evil/x`,
  "links out of the clone": `ln -s "$O" out; ln -s / root; ln -s "$O/secret" secret; rm -rf .git/info; ln -s "$O" .git/info; rm -rf .git/logs; ln -s "$O" .git/logs; ln -s "$O/secret" .env; ln -s "$O/secret" .git/FETCH_HEAD`,
  "HEAD as a link": `rm .git/HEAD; ln -s "$O/HEAD" .git/HEAD`,
  ".git as a link": `mv .git .evil; ln -s .evil .git`,
  ".git as a file": `mv .git .evil; printf '[core]\\n\\tfsmonitor = "%s"\\n' "$C" >>.evil/config; echo "gitdir: .evil" >.git`,
  "an endless HEAD and pipes": `rm .git/HEAD; mkfifo .git/HEAD; mkfifo pipe`,
  "refs that look like options and paths": `for r in -- --upload-pack=x '-x'; do mkdir -p .git/refs/heads; git rev-parse a >".git/refs/heads/$r" || :; done; mkdir -p .git/refs/heads/x; git rev-parse HEAD >'.git/refs/heads/x/$(touch canary)'; git rev-parse HEAD >'.git/refs/heads/x/..evil'; printf 'ref: ../../../../HEAD\\n' >.git/refs/heads/up`,
  "bare, worktree and index settings": `git config core.bare true; git config core.worktree /; git config core.excludesFile "$O/x"; git config core.attributesFile /dev/zero; git config core.splitIndex true; git config index.version 4; git config status.showUntrackedFiles no; git config core.untrackedCache true`,
  "a forged index and forged objects": `head -c 100000 /dev/urandom >.git/index; find .git/objects -type f | head -3 | while read -r o; do chmod u+w "$o"; echo forged >"$o"; done`,
};

let shop: ContainerWorkshop;
let count = 0;
let project: string;

beforeAll(async () => {
  shop = await containerWorkshop("clone-hostile");
  project = await shop.project();
  // What a plant would reach outside of the clone, if it did.
  await shop.sh(
    shop.root,
    `mkdir outside; cd outside; echo secret >secret; git init -q --bare .; git -C . config core.fsmonitor 'touch ${shop.root}/canary'; echo 'ref: refs/heads/stolen' >HEAD; printf '[core]\n\tfsmonitor = touch ${shop.root}/canary\n' >config2
     chmod -R a+rX ${shop.root}/outside`,
  );
});
afterAll(() => shop.end());

async function plant(spec: CloneSpec, script: string): Promise<void> {
  // `$C` also leaves its mark in the container, where it may run; the host must not have the mark at its place.
  const setUp = `git config --global user.name In; git config --global user.email in@example.org; echo 1 >f; git add f; git commit -qm one; echo 2 >g
C='touch ${shop.root}/canary'; O='${shop.root}/outside'
${script}`;
  const { exitCode, stderr } = await execa(
    "docker",
    [
      "run",
      "--rm",
      "-i",
      "--network=none",
      "--label",
      "cowork.test=clone-hostile",
      "-u",
      `${spec.uid}:${spec.gid}`,
      "-e",
      "HOME=/tmp",
      "--mount",
      `type=bind,source=${spec.path},target=/w`,
      "-w",
      "/w",
      shop.image,
      "sh",
      "-eu",
    ],
    { input: setUp, reject: false },
  );
  if (exitCode !== 0) throw new Error(`the plant itself failed: ${stderr}`);
}

/** Everything of the host that must stay as it is. */
const outside = (): Promise<string> =>
  shop.sh(
    shop.root,
    `find outside home -type f -exec sha256sum {} + | sort; cd app; git status --porcelain; git config --list --local; cat .git/HEAD; ls -A . .git`,
  );

/** It does its work, or refuses with a reason of its own: the error's code. */
async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (error instanceof CoworkError ? error.code : `INTERNAL: ${String(error)}`),
  );
}

interface Findings {
  branch: string;
  head: string | null;
  lines: string[];
  refs: string[];
  outcomes: string[];
}

/** Every function that has to do with a clone, one after the other, on a planted one. */
async function goThrough(where: "container" | "helper", name: string): Promise<Findings> {
  const spec = await shop.sessionSpec(project, `h${++count}`);
  await makeClone(shop.context, spec);
  await plant(spec, plants[name] ?? "false");
  const { branch } = spec.start;
  const container = where === "container" ? await shop.start(spec) : undefined;
  const inside = shop.inside(spec, container);
  const head = await readHead(spec.path);
  const saved = savedBy(shop.context, spec.source);
  const holdings = await inspectHoldings(inside, saved, { start: spec.start.commit, timeoutMs: 20_000 });
  const identity = { name: "Grace", email: "grace@example.org" };
  const pull = { session: branch, startBranch: branch, identity, uncommitted: true, allBranches: true };
  const push = { session: branch, start: spec.start, ref: "main", integrate: "merge", identity } as const;
  const outcomes = [
    await outcome(diffSession(inside, { start: spec.start.commit })),
    await outcome(pullSession(shop.context, inside, spec.source, pull)),
    await outcome(pushSession(shop.context, inside, spec.source, push)),
  ];
  if (container !== undefined) await shop.docker("rm", "-f", container);
  return {
    branch,
    head,
    lines: describeHoldings(holdings),
    refs: holdings.unsavedRefs.map(({ ref }) => ref),
    outcomes,
  };
}

const names = Object.keys(plants);
/** Plants that leave a repository that git can work with: there everything has to work. */
const workable = names.filter((name) =>
  /^(core|diff|merge|include|aliases|remote|bare|submodule urls|links)/.test(name),
);

describe.each(["container", "helper"] as const)("a hostile clone, seen through a %s:", (where) => {
  it.each(names)("%s does nothing on the host", async (name) => {
    const before = await outside();
    const { branch, head, lines, outcomes } = await goThrough(where, name);
    expect([branch, null]).toContain(head);
    expect(lines).not.toEqual([]);
    expect(outcomes.join()).not.toContain("INTERNAL");
    expect(await readdir(shop.root)).not.toContain("canary");
    expect(await outside()).toBe(before);
  });
});

describe("a hostile clone that git can still work with:", () => {
  it.each(workable)("%s does not keep anything from working", async (name) => {
    const { branch, refs, outcomes } = await goThrough("container", name);
    expect(outcomes).toEqual(["done", "done", "done"]);
    expect(refs).toContain(`refs/heads/${branch}`);
    expect(await shop.git(project, "log", "--format=%s", branch)).toContain("one");
    expect(await shop.git(project, "show", `${branch}-wip:g`)).toBe("2");
  });
});

describe("a project whose commits are hostile", () => {
  it("becomes a clone without anything of it running or reaching out", async () => {
    const evil = await shop.project("evil");
    await shop.sh(
      evil,
      String.raw`printf '* filter=evil diff=evil merge=evil\n' >.gitattributes; printf '[submodule "../../x"]\n\tpath = mod\n\turl = ext::sh -c "touch ${shop.root}/canary"\n\tupdate = !touch ${shop.root}/canary\n[submodule "y"]\n\tpath = link/y\n\turl = -x\n' >.gitmodules
      ln -s ${shop.root}/outside link; ln -s .git dotgit; ln -s ../../../../outside/secret up; printf x >"$(printf 'esc\033[2Jape\n{{x}}')"; mkdir hooks; printf '#!/bin/sh\ntouch ${shop.root}/canary\n' >hooks/post-checkout; chmod +x hooks/post-checkout
      git add -A; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),mod; git commit -qm evil`,
    );
    const before = await outside();
    const spec = await shop.sessionSpec(evil, "evil");
    const { notes } = await makeClone(shop.context, spec);
    expect(notes).toEqual([expect.stringContaining("submodule mod")]);
    expect(await outside()).toBe(before);
    expect(await readdir(shop.root)).not.toContain("canary");
    expect(describeHoldings(await inspectHoldings(shop.inside(spec), savedBy(shop.context, spec.source)))).toEqual([]);
  });
});
