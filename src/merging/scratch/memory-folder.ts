import { randomBytes } from "node:crypto";
import { mkdirSync, statfsSync } from "node:fs";
import { readdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../system/files/tree.ts";
import { sha256 } from "../../system/sha256.ts";
import type { Scratch } from "./scratch-git.ts";

/** A folder in memory that ends a program before it fills the memory. */
export interface MemoryFolder {
  path: string;
  /** aborted when what was written since is over the limit */
  full: AbortSignal;
  /** the folder itself stays */
  release(): void;
}

/** Linux has a file system in memory there; others do not. */
const place = "/dev/shm";
const tmpfs = 0x01_02_19_94;
/** Less than this has to be free, and more than a part of it is not used. In bytes. */
const [leastFree, most] = [512 * 1024 * 1024, 128 * 1024 * 1024];
const pollMs = 50;

/**
 * Makes a folder in memory for objects that are never read. A merge writes about ten small files for each pair: for 50 sessions git
 * took 1.1 s of the processor's time there, and 4.3 to 7 s on ext4, which then took 0.5 s more to remove them.
 * @returns undefined where there is no such place, or too little is free
 */
export function memoryFolder(scratch: Pick<Scratch, "gitDir">): MemoryFolder | undefined {
  try {
    const { type, bavail, bsize } = statfsSync(place);
    const before = bavail * bsize;
    if (type !== tmpfs || before < leastFree) return undefined;
    const path = join(place, `${prefixOf(scratch)}${randomBytes(6).toString("hex")}`);
    mkdirSync(path, { mode: 0o700 });
    const full = new AbortController();
    const timer = setInterval(() => {
      freeBytes().then(
        (now) => before - now > most && full.abort(),
        () => full.abort(),
      );
    }, pollMs);
    return { path, full: full.signal, release: () => clearInterval(timer) };
  } catch {
    return undefined;
  }
}

async function freeBytes(): Promise<number> {
  const { bavail, bsize } = await statfs(place);
  return bavail * bsize;
}

/** Removes folders of a killed command. The caller holds the lock of the scratch repository. */
export async function removeMemoryFolders(scratch: Pick<Scratch, "gitDir">): Promise<void> {
  const names = await readdir(place).catch(() => []);
  const left = names.filter((one) => one.startsWith(prefixOf(scratch)));
  // Everybody may write in there: what belongs to someone else stays.
  for (const name of left) await removeTree(join(place, name)).catch(() => undefined);
}

function prefixOf({ gitDir }: Pick<Scratch, "gitDir">): string {
  return `cowork-${sha256(gitDir).slice(0, 16)}-`;
}
