import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { confFileOf } from "../../../src/project/find-place.ts";
import { findProject } from "../../../src/project/find-project.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
beforeEach(async () => {
  shop = await gitWorkshop();
});
afterEach(async () => {
  await shop.end();
});

const hint = expect.any(String) as string;
const fails = (code: string, message: RegExp) => ({ code, message: expect.stringMatching(message) as string, hint });

describe("facts", () => {
  test("are found from any folder of the project", async () => {
    const root = await shop.project("My App");
    await mkdir(join(root, "src", "deep"), { recursive: true });
    await shop.sh(root, 'git config user.name "Ada L."; git config user.email ada@example.org');
    await shop.sh(root, "git remote add origin https://user:secret@host.example/a.git");
    const project = await findProject(shop.context, join(root, "src", "deep"));
    expect(project).toEqual({
      facts: {
        name: "my-app",
        root,
        folder: "My App",
        rootCommit: await shop.git(root, "rev-parse", "HEAD"),
        origin: "https://host.example/a.git",
        originHadCredentials: true,
        gitIdentity: { name: "Ada L.", email: "ada@example.org" },
        confTracked: false,
      },
      source: { kind: "repository", root, gitDir: join(root, ".git") },
      confFile: join(root, ".cowork", ".cowork.conf"),
      worktree: root,
      notes: [],
    });
  });

  test("have no identity or origin if missing, and no origin if it is a local path", async () => {
    const root = await shop.project();
    const env = { ...shop.env, GIT_CONFIG_GLOBAL: "/dev/null" };
    const bare = await findProject({ ...shop.context, env }, root);
    expect(bare.facts).toMatchObject({ gitIdentity: { name: undefined, email: undefined }, origin: undefined });
    await shop.git(root, "remote", "add", "origin", "/srv/git/a.git");
    const local = await findProject(shop.context, root);
    expect(local.facts.origin).toBeUndefined();
    expect(local.notes).toEqual([expect.stringContaining("path on this machine")]);
  });

  test("a sparse checkout is reported, whatever form the setting has", async () => {
    const root = await shop.project();
    await shop.sh(root, "mkdir in; echo 1 >in/f; git add -A; git commit -qm in; git sparse-checkout set in");
    expect((await findProject(shop.context, root)).notes).toEqual([expect.stringContaining("sparse checkout")]);
    await shop.git(root, "sparse-checkout", "disable");
    expect((await findProject(shop.context, root)).notes).toEqual([]);
  });

  test("have the origin after insteadOf", async () => {
    const root = await shop.project();
    await shop.git(root, "remote", "add", "origin", "gh:a/b");
    await shop.git(root, "config", "url.https://token@host.example/.insteadOf", "gh:");
    const { facts } = await findProject(shop.context, root);
    expect(facts).toMatchObject({ origin: "https://host.example/a/b", originHadCredentials: true });
  });

  test("have the name from the variable, the configuration file or the folder, in this order", async () => {
    const root = await shop.project();
    await mkdir(join(root, ".cowork"));
    await writeFile(confFileOf(root), "PROJECT = other ; because\n");
    expect((await findProject(shop.context, root)).facts.name).toBe("other");
    const env = { ...shop.env, COWORK_PROJECT: "third" };
    expect((await findProject({ ...shop.context, env }, root)).facts.name).toBe("third");
    await writeFile(confFileOf(root), "PROJECT=../up\n");
    await expect(findProject(shop.context, root)).rejects.toMatchObject(
      fails("CONFIG_VALUE_INVALID", /PROJECT=\.\.\/up/),
    );
    await writeFile(confFileOf(root), new Uint8Array([0, 1, 2]));
    await expect(findProject(shop.context, root)).rejects.toMatchObject(fails("CONFIG_FILE_CORRUPT", /cowork\.conf/));
  });

  test("a tracked .cowork.conf is detected", async () => {
    const root = await shop.project();
    await mkdir(join(root, ".cowork"));
    await writeFile(confFileOf(root), "CPUS=1\n");
    expect((await findProject(shop.context, root)).facts.confTracked).toBe(false);
    await shop.sh(root, "git add .cowork; git commit -qm conf");
    expect((await findProject(shop.context, join(root, ".cowork"))).facts.confTracked).toBe(true);
  });

  test("the root commit is that of the main branch, whatever is checked out or merged", async () => {
    const root = await shop.project();
    const first = await shop.git(root, "rev-parse", "HEAD");
    await shop.sh(root, "git checkout -q --orphan pages; git commit -qm pages");
    expect((await findProject(shop.context, root)).facts.rootCommit).toBe(first);
    await shop.sh(root, "git checkout -q main; git merge -q --allow-unrelated-histories -m both pages");
    expect((await findProject(shop.context, root)).facts.rootCommit).toBe(first);
    await shop.sh(root, "git checkout -q --detach; git branch -qD main");
    expect((await findProject(shop.context, root)).facts.rootCommit).toBe(first);
  });
});

describe("kinds of repositories", () => {
  test("a linked worktree belongs to the main worktree's project, with its own HEAD", async () => {
    const root = await shop.project();
    await shop.git(root, "worktree", "add", "-q", join(shop.root, "side"), "-b", "side");
    const project = await findProject(shop.context, join(shop.root, "side"));
    expect(project).toMatchObject({
      facts: { root, name: "app" },
      source: { gitDir: join(root, ".git") },
      worktree: join(shop.root, "side"),
    });
  });

  test("a worktree of a bare repository is its own project", async () => {
    const root = await shop.project();
    await shop.sh(
      shop.root,
      `git clone -q --bare "${root}" bare.git; git -C bare.git worktree add -q "${shop.root}/wt" main`,
    );
    const project = await findProject(shop.context, join(shop.root, "wt"));
    expect(project.facts.root).toBe(join(shop.root, "wt"));
    expect(project.source.gitDir).toBe(join(shop.root, "bare.git"));
    expect(project.notes).toEqual([expect.stringContaining("no main working tree"), expect.stringContaining("origin")]);
  });

  test("a separate git dir is found, also for a linked worktree", async () => {
    const root = await shop.project();
    await shop.git(root, "init", "-q", `--separate-git-dir=${join(shop.root, "elsewhere")}`);
    const project = await findProject(shop.context, root);
    expect(project).toMatchObject({ facts: { root }, source: { gitDir: join(shop.root, "elsewhere") }, notes: [] });
    await shop.git(root, "worktree", "add", "-q", join(shop.root, "side"));
    expect((await findProject(shop.context, join(shop.root, "side"))).facts.root).toBe(join(shop.root, "side"));
  });

  test("a submodule is a separate project", async () => {
    const [root, inner] = [await shop.project(), await shop.project("inner")];
    await shop.sh(root, `git submodule -q add "${inner}" sub; git commit -qm sub`);
    const project = await findProject(shop.context, join(root, "sub"));
    expect(project.facts).toMatchObject({ root: join(root, "sub"), name: "sub" });
    expect(project.source.gitDir).toBe(join(root, ".git", "modules", "sub"));
  });

  test("a shallow clone has the first available commit as its root commit", async () => {
    const root = await shop.project();
    await shop.sh(root, "for n in 2 3; do git commit -qm $n --allow-empty; done");
    await shop.sh(shop.root, `git clone -q --depth 2 "file://${root}" shallow`);
    const project = await findProject(shop.context, join(shop.root, "shallow"));
    expect(project.facts.rootCommit).toBe(await shop.git(root, "rev-parse", "HEAD~1"));
    expect(project.notes).toContainEqual(expect.stringContaining("shallow"));
  });

  test("hostile folder names give a safe project name", async () => {
    const root = await shop.project("-a\n{{b}}\u001b[31m'\"$(c) ü");
    await shop.git(root, "worktree", "add", "-q", join(shop.root, "-s\nHEAD x\n"), "-b", "side");
    const project = await findProject(shop.context, join(shop.root, "-s\nHEAD x\n"));
    expect(project.facts.root).toBe(root);
    expect(project.facts.folder).toBe(basename(root));
    expect(project.facts.name).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
  });

  test("a linked folder is resolved, and a git hook's variables are ignored", async () => {
    const root = await shop.project();
    const other = await shop.project("other");
    await symlink(root, join(shop.root, "link"));
    const env = { ...shop.env, GIT_DIR: join(other, ".git"), GIT_WORK_TREE: other, GIT_INDEX_FILE: "/nope" };
    expect((await findProject({ ...shop.context, env }, join(shop.root, "link"))).facts.root).toBe(root);
  });
});

describe("findProject fails", () => {
  test("outside a repository, inside .git, in a bare one and in a missing folder", async () => {
    const root = await shop.project();
    const env = { ...shop.env, GIT_CEILING_DIRECTORIES: shop.root };
    const find = async (folder: string) => await findProject({ ...shop.context, env }, folder);
    await mkdir(join(shop.root, "plain\u001b[31m"));
    await expect(find(join(shop.root, "plain\u001b[31m"))).rejects.toMatchObject(
      fails("NOT_A_PROJECT", /plain is not inside/),
    );
    await expect(find(join(root, ".git"))).rejects.toMatchObject(fails("NOT_A_PROJECT", /inside the \.git folder/));
    await expect(find(join(root, ".git", "refs"))).rejects.toMatchObject(
      fails("NOT_A_PROJECT", /inside the \.git folder/),
    );
    await shop.git(shop.root, "init", "-q", "--bare", "bare");
    await expect(find(join(shop.root, "bare"))).rejects.toMatchObject(fails("NOT_A_PROJECT", /bare repository/));
    await expect(find(join(shop.root, "gone"))).rejects.toMatchObject(fails("NOT_A_PROJECT", /Cannot enter/));
  });

  test("in a repository without a commit", async () => {
    await shop.git(shop.root, "init", "-q", "empty");
    const empty = join(shop.root, "empty");
    await expect(findProject(shop.context, empty)).rejects.toMatchObject(fails("PROJECT_EMPTY", /no commit/));
  });

  test("if git is not installed", async () => {
    const root = await shop.project();
    const run = createRun();
    const ctx = { ...shop.context, run, env: { PATH: "/nonexistent" } };
    await expect(findProject(ctx, root)).rejects.toMatchObject(fails("GIT_MISSING", /not installed/));
  });

  test("in another user's repository, which git does not trust", async () => {
    const root = await shop.project();
    const env = { ...shop.env, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
    const found = findProject({ ...shop.context, env }, root);
    await expect(found).rejects.toMatchObject({
      ...fails("NOT_A_PROJECT", /another user/),
      hint: expect.stringContaining(root),
    });
    const trusting = { ...env, GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: root };
    expect((await findProject({ ...shop.context, env: trusting }, root)).facts.root).toBe(root);
  });

  test("in a repository that git cannot read", async () => {
    const root = await shop.project();
    await writeFile(join(root, ".git", "config"), "[core\n");
    await expect(findProject(shop.context, root)).rejects.toMatchObject({ code: "GIT_FAILED" });
  });
});

describe("inside a session's clone", () => {
  async function makeSession(record: unknown): Promise<string> {
    const { paths } = shop.context;
    const clone = join(paths.clone("app-a"), "src");
    await mkdir(clone, { recursive: true });
    await mkdir(paths.state("app-a"), { recursive: true });
    await writeFile(paths.record("app-a"), typeof record === "string" ? record : JSON.stringify(record));
    return clone;
  }

  test("it is the session's project, and git does not run in the clone", async () => {
    const root = await shop.project();
    const clone = await makeSession({ projectRoot: root, whatever: 1 });
    await shop.sh(join(clone, ".."), `git init -q; git config core.fsmonitor 'touch "${shop.root}/canary"; false'`);
    const project = await findProject(shop.context, clone);
    expect(project).toMatchObject({ facts: { root }, worktree: root, insideSession: "app-a" });
    await expect(shop.sh(shop.root, "test -e canary")).rejects.toThrow(/canary/);
  });

  test.each([
    ["{"],
    [JSON.stringify({ projectRoot: 1 })],
    [JSON.stringify({ projectRoot: "relative" })],
    ["null"],
    [""],
  ])("whose record is %s is not a project", async (record) => {
    const clone = await makeSession(record);
    await expect(findProject(shop.context, clone)).rejects.toMatchObject(fails("NOT_A_PROJECT", /app-a.*record/));
  });

  test("whose project has moved reports where it was", async () => {
    const root = await shop.project();
    const clone = await makeSession({ projectRoot: root });
    await rename(root, join(shop.root, "moved"));
    await expect(findProject(shop.context, clone)).rejects.toMatchObject(fails("NOT_A_PROJECT", /no longer at .*app/));
  });

  test("the folder of the clones, and the trash, are not projects", async () => {
    await makeSession({});
    const { paths } = shop.context;
    await mkdir(join(paths.trash, "x"), { recursive: true });
    for (const folder of [paths.sessions, join(paths.trash, "x")]) {
      await expect(findProject(shop.context, folder)).rejects.toMatchObject(
        fails("NOT_A_PROJECT", /belongs to cowork/),
      );
    }
  });
});
