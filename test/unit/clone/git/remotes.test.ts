import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeClone } from "../../../../src/clone/make/make.ts";
import { readProjectRefs } from "../../../../src/clone/git/project-refs.ts";
import { findProject } from "../../../../src/project/find-project.ts";
import { type GitWorkshop, gitWorkshop } from "../../../support/git/git-project.ts";

let shop: GitWorkshop;
let project: string;
let count = 0;
beforeEach(async () => {
  shop = await gitWorkshop();
  project = await shop.project();
});
afterEach(() => shop.end());

interface Made {
  path: string;
  remotes: string;
  notes: string[];
}

/** Like `init`: the origin comes from the project's facts. */
async function make(changes: { existing?: boolean; branch?: string } = {}): Promise<Made> {
  const { facts } = await findProject(shop.context, project);
  const spec = await shop.spec(project, `s${++count}`, { origin: facts.origin });
  const start = { ...spec.start, existing: changes.existing ?? false, branch: changes.branch ?? spec.start.branch };
  const { notes } = await makeClone(shop.context, { ...spec, start });
  // Like git inside, without the user's settings.
  const remotes = await shop.sh(spec.path, "GIT_CONFIG_GLOBAL=/dev/null git remote -v | tr '\\t' ' '");
  return { path: spec.path, remotes, notes };
}

it("keeps a remote's name, its remote-tracking branches, and the branches' upstreams", async () => {
  await shop.sh(
    project,
    `git remote add upstream https://example.org/t/app.git; git update-ref refs/remotes/upstream/main HEAD
     git config branch.main.remote upstream; git config branch.main.merge refs/heads/main`,
  );
  const { path, remotes, notes } = await make();
  expect(remotes).toBe("upstream https://example.org/t/app.git (fetch)\nupstream https://example.org/t/app.git (push)");
  expect(await shop.git(path, "rev-parse", "--abbrev-ref", "main@{upstream}")).toBe("upstream/main");
  expect(await shop.git(path, "config", "remote.upstream.fetch")).toBe("+refs/heads/*:refs/remotes/upstream/*");
  expect(notes).toEqual([]);
});

it("keeps push URLs, several URLs, and where branches are pushed to", async () => {
  await shop.sh(
    project,
    `git remote add origin https://example.org/up/app.git; git remote set-url --push origin https://example.org/me/app.git
     git remote set-url --add --push origin ssh://git@example.org/mirror.git
     git remote add fork git@example.org:me/app.git; git remote set-url --add fork https://example.org/second.git
     git remote add ö https://example.org/ö.git
     git config remote.pushDefault fork; git config branch.main.pushRemote fork; git update-ref refs/remotes/fork/main HEAD`,
  );
  const { path, remotes, notes } = await make();
  expect(remotes.split("\n")).toEqual([
    "fork git@example.org:me/app.git (fetch)",
    "fork git@example.org:me/app.git (push)",
    "fork https://example.org/second.git (push)",
    "origin https://example.org/up/app.git (fetch)",
    "origin https://example.org/me/app.git (push)",
    "origin ssh://git@example.org/mirror.git (push)",
    "ö https://example.org/ö.git (fetch)",
    "ö https://example.org/ö.git (push)",
  ]);
  expect(await shop.git(path, "config", "remote.pushDefault")).toBe("fork");
  expect(await shop.git(path, "config", "branch.main.pushRemote")).toBe("fork");
  expect(notes).toEqual([]);
});

it("removes credentials from every URL, and reports it", async () => {
  await shop.sh(
    project,
    `git remote add origin https://example.org/a.git; git remote set-url --push origin https://me:secret@example.org/a.git
     git remote add other https://token@example.org/b.git`,
  );
  const { path, remotes, notes } = await make();
  expect(remotes).toContain("origin https://example.org/a.git (push)");
  expect(remotes).toContain("other https://example.org/b.git (push)");
  expect(await readFile(join(path, ".git/config"), "utf8")).not.toMatch(/secret|token/);
  expect(notes).toEqual([
    expect.stringContaining("remote origin has credentials"),
    expect.stringContaining("remote other has credentials"),
  ]);
});

it("uses the repository's own URLs if the user's settings lead to this machine", async () => {
  await shop.sh(
    project,
    `git remote add origin https://example.org/up/app.git; git remote add gh gh:a/b
     git config --global url./srv/mirror/.insteadOf https://example.org/; git config --global url.https://host.example/.insteadOf gh:
     git config --global url.git@host.example:.pushInsteadOf https://host.example/; git remote add web https://host.example/c`,
  );
  const { notes } = await findProject(shop.context, project);
  expect(notes).toEqual([]);
  const { remotes } = await make();
  expect(remotes.split("\n")).toEqual([
    "gh https://host.example/a/b (fetch)",
    "gh https://host.example/a/b (push)",
    "origin https://example.org/up/app.git (fetch)",
    "origin https://example.org/up/app.git (push)",
    "web https://host.example/c (fetch)",
    "web git@host.example:c (push)",
  ]);
});

it("disables pushing if the push URL is of no use, and reports remotes that are not copied", async () => {
  await shop.sh(
    project,
    `git remote add origin https://example.org/a.git; git remote set-url --push origin no_push
     git remote add up https://example.org/b.git; git remote set-url --push up /srv/b.git
     git remote add disk /srv/c.git; git remote add project https://example.org/d.git; git update-ref refs/remotes/project/x HEAD`,
  );
  const { path, remotes, notes } = await make();
  expect(remotes.split("\n")).toEqual([
    "origin https://example.org/a.git (fetch)",
    "origin no_push (push)",
    "up https://example.org/b.git (fetch)",
    "up no_push (push)",
  ]);
  expect(await shop.git(path, "for-each-ref", "--format=%(refname)", "refs/remotes")).toBe("refs/remotes/project/main");
  expect(notes).toEqual([
    expect.stringContaining("remote up pushes to a path"),
    expect.stringContaining("remote disk is a path"),
    expect.stringContaining("remote project is not copied"),
  ]);
});

it("keeps an upstream that is another branch of the project, if both are in the clone", async () => {
  await shop.sh(project, "git branch topic; git branch -q -u main topic");
  const { path } = await make({ branch: "topic", existing: true });
  expect(await shop.git(path, "rev-parse", "--abbrev-ref", "topic@{upstream}")).toBe("main");
});

it("are sent to another machine with the project, without those that are of no use there", async () => {
  await shop.sh(project, "git remote add up https://u:p@example.org/b.git; git remote add disk /srv/c.git");
  const source = { kind: "repository", root: project, gitDir: join(project, ".git") } as const;
  const { refs, config, notes } = await readProjectRefs(shop.context, source);
  expect(JSON.stringify(config)).not.toContain("u:p");
  const stored = { refs, current: "main", config, notes };
  const spec = await shop.spec(project, "far");
  const made = await makeClone(shop.context, {
    ...spec,
    source: { kind: "store", gitDir: source.gitDir, project: stored },
  });
  expect(await shop.git(spec.path, "remote", "-v")).toContain("up\thttps://example.org/b.git (fetch)");
  expect(made.notes).toEqual(notes);
});

it("drops a submodule's origin that is a path on this machine, and reports it", async () => {
  await shop.project("lib");
  await shop.project("far");
  await shop.sh(
    project,
    `git submodule --quiet add ../lib lib; git submodule --quiet add ../far far; git commit -qm subs
     git -C far remote set-url origin https://x:y@example.org/far.git; git -C far remote add up https://example.org/up.git`,
  );
  const { path, notes } = await make();
  expect(notes).toEqual([expect.stringMatching(/^submodule lib: its origin is a path/)]);
  expect(await shop.git(join(path, "lib"), "remote")).toBe("");
  expect(await shop.git(join(path, "far"), "remote", "get-url", "origin")).toBe("https://example.org/far.git");
  expect(await shop.git(join(path, "far"), "remote")).toBe("origin\nup");
  expect(await shop.sh(path, "grep -r . .git/config .git/modules/*/config")).not.toContain(shop.root);
  expect(await shop.git(path, "submodule", "status")).not.toMatch(/^[-+]/m);
  expect(await shop.git(path, "status", "--porcelain")).toBe("");
});
