import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAsset } from "./assets.ts";
import { homeFolder } from "./commands/context.ts";
import type { Caller } from "./commands/caller.ts";
import { programHash } from "./version.ts";

/**
 * Node reads a file whole before it runs any of it, and this one holds everything. So the program lays itself down once per
 * version, in pieces, in `lib/cowork/{hash}/` of a home that is there, and the file's first lines go there from then on. Without
 * a home that can be written to nothing happens, and the file works as before. Whole or not there at all: renamed into place.
 */
export async function layDownProgram(caller: Pick<Caller, "env" | "cwd" | "identity">): Promise<void> {
  const hash = programHash();
  if (hash === undefined) return;
  try {
    const home = homeFolder(caller);
    await access(home, constants.W_OK);
    const parent = join(home, "lib", "cowork");
    const folder = join(parent, hash);
    if (await exists(folder)) return;
    const temporary = join(parent, `.${hash}-${randomBytes(6).toString("hex")}`);
    try {
      await mkdir(temporary, { recursive: true, mode: 0o700 });
      const files = JSON.parse(Buffer.from(await readAsset("program.json")).toString()) as Record<string, string>;
      for (const [name, text] of Object.entries(files)) await writeFile(join(temporary, name), text, { mode: 0o600 });
      await rename(temporary, folder);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } catch {
    // A help to speed and nothing else: a full disk, a home that is gone by now or a twin that was faster are no failure.
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
