import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setConfValue } from "../../../src/config/write.ts";
import { excludeCowork } from "../../../src/project/exclude.ts";
import { confFileOf } from "../../../src/project/find-place.ts";
import { findProject } from "../../../src/project/find-project.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let root: string;
beforeEach(async () => {
  shop = await gitWorkshop();
  root = await shop.project();
});
afterEach(async () => {
  await shop.end();
});

const exclude = async (folder = root) => await excludeCowork(await findProject(shop.context, folder));
const file = () => join(root, ".git", "info", "exclude");

test("hides .cowork from git status in every working tree, once", async () => {
  const side = join(shop.root, "side");
  await shop.git(root, "worktree", "add", "-q", side, "-b", "side");
  await setConfValue(confFileOf(root), "CPUS", "1");
  await setConfValue(confFileOf(side), "CPUS", "1");
  await exclude(side);
  const first = await readFile(file(), "latin1");
  await exclude();
  expect(await readFile(file(), "latin1")).toBe(first);
  for (const folder of [root, side]) expect(await shop.git(folder, "status", "--porcelain")).toBe("");
});

test("keeps every existing byte, and completes an unfinished line", async () => {
  await writeFile(file(), Buffer.from([0x61, 0xff, 0x0d, 0x0a, 0x62]));
  await exclude();
  const content = await readFile(file());
  expect([...content.subarray(0, 6)]).toEqual([0x61, 0xff, 0x0d, 0x0a, 0x62, 0x0a]);
  expect(content.toString("latin1")).toMatch(/\n\/\.cowork\/\n$/);
});

test.each([".cowork/", "/.cowork", "# x\r\n/.cowork/\r\n"])("accepts %j", async (line) => {
  await writeFile(file(), line);
  await exclude();
  expect(await readFile(file(), "utf8")).toBe(line);
});

test("creates the file and its folder, and follows the user's link", async () => {
  await rm(join(root, ".git", "info"), { recursive: true });
  await exclude();
  expect(await readFile(file(), "utf8")).toContain("/.cowork/");
  const own = join(shop.root, "own");
  await writeFile(own, "mine\n");
  await rm(file());
  await symlink(own, file());
  await exclude();
  expect(await readFile(own, "utf8")).toMatch(/^mine\n.*\n\/\.cowork\/\n$/);
});

test("does nothing if git tracks .cowork.conf", async () => {
  await mkdir(join(root, ".cowork"));
  await writeFile(confFileOf(root), "CPUS=1\n");
  await shop.sh(root, "git add .cowork; git commit -qm conf");
  const before = await readFile(file(), "utf8");
  await exclude();
  expect(await readFile(file(), "utf8")).toBe(before);
});
