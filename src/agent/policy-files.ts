import { lstatSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureFolder, isAbsent, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import { removeTree } from "../system/files/tree.ts";
import type { PolicyFiles } from "./types.ts";

// The folder with an agent's policy, which containers mount read-only: only the host writes there.

const maxBytes = 1024 * 1024;

/** Does the folder have exactly these files? */
export async function hasPolicy(folder: string, files: PolicyFiles): Promise<boolean> {
  const wanted = Object.keys(files).toSorted();
  if (namesIn(folder).join("\n") !== wanted.join("\n")) return false;
  for (const name of wanted) if ((await content(folder, name)) !== files[name]) return false;
  return true;
}

/**
 * Makes it so. A file is only ever replaced: an agent that runs while there is none has no policy at all. What does not belong there is
 * removed last.
 */
export async function writePolicy(folder: string, files: PolicyFiles): Promise<void> {
  await ensureFolder(folder, { mode: 0o755 });
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    if ((await content(folder, name)) === text) continue;
    if (dirname(name) !== ".") await ensureFolder(dirname(path), { mode: 0o755 });
    await writeFileAtomic(path, text, { mode: 0o644 });
  }
  for (const name of namesIn(folder)) if (!Object.hasOwn(files, name)) await removeTree(join(folder, name));
}

async function content(folder: string, name: string): Promise<string | undefined> {
  return await readTextFile(join(folder, name), { maxBytes }).catch(() => undefined);
}

/**
 * Paths of everything that is not a folder, sorted, without names that start with a dot: another process may be about to give its file the
 * final name. Synchronous: a step through Node's thread pool takes longer than reading it. */
function namesIn(folder: string, below = ""): string[] {
  const here = join(folder, below);
  const names = readFolder(here).flatMap((name) => {
    if (name.startsWith(".")) return [];
    const path = below === "" ? name : `${below}/${name}`;
    return lstatSync(join(folder, path), { throwIfNoEntry: false })?.isDirectory() === true
      ? namesIn(folder, path)
      : [path];
  });
  return names.toSorted();
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
