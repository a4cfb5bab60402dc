// Reads assets in the built program: the build replaces `assets-stored.ts` with this module.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const folder = join(__dirname, "assets");

/** Undefined if the asset does not exist. */
export async function readStored(name: string): Promise<Uint8Array | undefined> {
  return (await storedNames()).includes(name) ? await readFile(join(folder, name)) : undefined;
}

export async function storedNames(): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
