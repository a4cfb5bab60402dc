import { mkdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findTree } from "../../../src/project/find-tree.ts";
import { findPlainTree } from "../../../src/project/plain-tree.ts";
import { hostUser } from "../../../src/system/user.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let root: string;
beforeEach(async () => {
  shop = await gitWorkshop();
  root = await shop.project("app");
  await mkdir(join(root, "src", "deep"), { recursive: true });
});
afterEach(async () => {
  await shop.end();
});

const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
const user = hostUser({ uid, gid, username: "test", homedir: "/nowhere" });
const find = (folder: string, env: Record<string, string | undefined> = shop.env) =>
  findPlainTree({ env, user }, folder);

test.each(["", "src", "src/deep"])("an ordinary tree has the same result as with git, from ./%s", async (folder) => {
  const at = await realpath(join(root, folder));
  expect(find(at)).toEqual(await findTree(shop.context, at));
  expect(find(at)).toMatchObject({ notes: [] });
});

test.each<[string, (root: string) => Promise<string>]>([
  ["the inside of .git", async (at) => join(at, ".git", "refs")],
  ["a bare repository", async (at) => (await shop.sh(at, "git init -q --bare ../bare"), join(at, "..", "bare"))],
  ["a linked worktree", async (at) => (await shop.sh(at, "git worktree add -q ../linked"), join(at, "..", "linked"))],
  ["a shallow clone", async (at) => (await writeFile(join(at, ".git", "shallow"), ""), at)],
  ["a working tree elsewhere", async (at) => (await shop.sh(at, "git config core.worktree ../src"), at)],
  ["a repository with core.bare", async (at) => (await shop.sh(at, "git config core.bare true"), at)],
  ["a configuration with includes", async (at) => (await shop.sh(at, "git config include.path ../more"), at)],
  ["extensions", async (at) => (await shop.sh(at, "git config extensions.worktreeConfig true"), at)],
  [
    "a folder that may be a repository itself",
    async (at) => (await writeFile(join(at, "src", "HEAD"), ""), join(at, "src")),
  ],
  ["no repository", async (at) => join(at, "..")],
])("%s is left to git", async (_, prepare) => {
  expect(find(await realpath(await prepare(root)))).toBeUndefined();
});

test("so is what belongs to another user, and what the environment redirects", async () => {
  const at = await realpath(root);
  const other = hostUser({ uid: uid + 1, gid, username: "other", homedir: "/nowhere" });
  expect(findPlainTree({ env: shop.env, user: other }, at)).toBeUndefined();
  expect(findPlainTree({ env: shop.env }, at)).toBeUndefined();
  for (const name of ["GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"])
    expect(find(at, { ...shop.env, [name]: "/x" })).toBeUndefined();
});
