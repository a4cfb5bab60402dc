import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { GitWorkshop } from "./git-project.ts";

/** Nothing in the working tree differs from the commit, and every object is valid. */
export async function expectClean(shop: GitWorkshop, clone: string): Promise<void> {
  expect(await shop.git(clone, "status", "--porcelain=v1", "--ignored")).toBe("");
  await shop.git(clone, "fsck", "--strict");
}

/** Paths of all regular files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The inode of every file below a folder: two folders with one in common share a file. */
export async function inodes(folder: string): Promise<Set<number>> {
  return new Set(await Promise.all((await filesBelow(folder)).map(async (file) => (await lstat(file)).ino)));
}
