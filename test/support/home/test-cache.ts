import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Folder that keeps files between test runs. It may be deleted: the next run fills it again. */
export const testCache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cowork-tests");

/** Archives of the tests' base image: at most one, except while a new one is written. */
export async function keptArchives(): Promise<string[]> {
  const names = await readdir(testCache).catch(() => []);
  return names.filter((name) => /^base-\w+\.tar$/.test(name)).map((name) => join(testCache, name));
}
