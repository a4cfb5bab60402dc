import { constants, statSync, type Stats } from "node:fs";
import { chmod, copyFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureFolder } from "../system/files/files.ts";

/** One of the user's own files. Links are followed, because they are the user's, not a repository's. */
export interface OwnFile {
  source: string;
  /** path below the target folder */
  path: string;
  size: number;
  modified: number;
  executable: boolean;
}

const maxFiles = 2_000;
const maxBytes = 32 * 1024 * 1024;
const maxDepth = 12;
const neverCopied = new Set(["node_modules", ".git", ".venv", "__pycache__"]);

/** Regular files below these entries of a folder, sorted by path. Beyond 2000 files or 32 MiB the rest is left out, with a note. */
export async function findFiles(
  folder: string,
  entries: readonly string[],
): Promise<{ files: OwnFile[]; notes: string[] }> {
  const files: OwnFile[] = [];
  let bytes = 0;
  let left = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    const source = join(folder, path);
    const found = follow(source);
    if (found?.isDirectory()) {
      if (depth === maxDepth) return;
      const names = await readdir(source).catch((): string[] => []);
      for (const name of names.toSorted((a, b) => (a < b ? -1 : 1)))
        if (!neverCopied.has(name)) await visit(join(path, name), depth + 1);
    }
    if (!found?.isFile()) return;
    if (files.length === maxFiles || bytes + found.size > maxBytes) {
      left += 1;
      return;
    }
    bytes += found.size;
    files.push({ source, path, size: found.size, modified: found.mtimeMs, executable: (found.mode & 0o100) !== 0 });
  };
  for (const entry of entries) await visit(entry, 0);
  const notes = left === 0 ? [] : [`${left} files of ${folder} were not copied into the session: it is too large`];
  return { files, notes };
}

/** Synchronous: a step through Node's thread pool takes longer than reading the entry, and every `connect` reads some. */
function follow(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Copies into a new folder that containers read. A file that disappeared meanwhile is left out. */
export async function copyFiles(files: readonly OwnFile[], target: string): Promise<void> {
  await ensureFolder(target, { mode: 0o755 });
  const made = new Set<string>();
  for (const file of files) {
    const path = join(target, file.path);
    const folder = dirname(path);
    if (!made.has(folder)) await ensureFolder(folder, { mode: 0o755 });
    made.add(folder);
    const copied = await copyFile(file.source, path, constants.COPYFILE_FICLONE).then(
      () => true,
      () => false,
    );
    if (copied) await chmod(path, file.executable ? 0o755 : 0o644);
  }
}
