import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** What the tests keep on a machine between runs. A run that finds it empty makes it anew. */
export const testCache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cowork-tests");

/** Archives of the tests' base image, at most one but for a moment. */
export async function keptArchives(): Promise<string[]> {
  const names = await readdir(testCache).catch(() => []);
  return names.filter((name) => /^base-\w+\.tar$/.test(name)).map((name) => join(testCache, name));
}
