// Where assets come from in the built program: the build puts this module in the place of `assets-stored.ts`.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const folder = join(__dirname, "assets");

/** Undefined when there is no such asset. */
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
