import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readdir, readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";

/** Files copied at once: enough to keep the disk busy, few enough for the thread pool. */
const atOnce = 16;
/** How often a folder that changes while it is read (a repack in the project) is read again. */
const attempts = 20;

const packFile = /^pack-[0-9a-f]{40,64}\.(pack|idx|rev|bitmap|mtimes|promisor)$/;
const looseFolder = /^[0-9a-f]{2}$/;
const looseFile = /^[0-9a-f]{38,62}$/;

/**
 * Copies an object store file by file: one pass, no decompression, no hard links, shared blocks if the file system supports
 * reflinks. Only files that git itself names are copied, only regular files, no link followed. Objects of alternates are included,
 * so that the copy is complete. A running repack moves objects between files; then the folder is read again.
 *
 * @param objects absolute path of `objects` in the source
 * @param target absolute path of an existing, empty `objects`
 * @throws GIT_FAILED when the source changes faster than it can be read; AbortError
 */
export async function copyObjects(objects: string, target: string, signal: AbortSignal): Promise<void> {
  const stores = await allStores(objects);
  // Before the objects: the graph must not name commits that the copy lacks.
  if (stores.length === 1) await copyCommitGraph(objects, target, signal);
  const done = new Set<string>();
  for (const store of stores) await copyStore(store, target, done, signal);
}

async function copyStore(store: string, target: string, done: Set<string>, signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const files = (await listStore(store)).filter((file) => !done.has(file));
    for (const folder of new Set(files.map((file) => file.slice(0, file.lastIndexOf("/")))))
      await mkdir(join(target, folder), { recursive: true });
    if (await copyAll(store, target, files, done, signal)) return;
  }
  throw new CoworkError("GIT_FAILED", `The objects in ${store} change too fast to be copied.`, {
    hint: "wait until git has finished in the project, then run the same command again",
  });
}

/** @returns false if a file disappeared before it could be copied */
async function copyAll(
  store: string,
  target: string,
  files: string[],
  done: Set<string>,
  signal: AbortSignal,
): Promise<boolean> {
  let complete = true;
  const queue = files[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const file of queue) {
      signal.throwIfAborted();
      if (await copyOne(join(store, file), join(target, file))) done.add(file);
      else complete = false;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return complete;
}

/** Links are not copied: git makes none in an object store. */
async function copyOne(from: string, to: string): Promise<boolean> {
  try {
    if (!(await lstat(from)).isFile()) return true;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Paths of all object files, packs' data before the index that makes git see them. */
async function listStore(store: string): Promise<string[]> {
  // Loose objects first: a repack writes the pack before it removes loose files, so an object that disappears here is in the pack.
  const loose = (await entries(store)).filter((name) => looseFolder.test(name));
  const files: string[] = [];
  for (const folder of loose) {
    for (const name of await entries(join(store, folder))) if (looseFile.test(name)) files.push(`${folder}/${name}`);
  }
  const packs = (await entries(join(store, "pack"))).filter((name) => packFile.test(name)).toSorted();
  for (const name of packs) if (!name.endsWith(".idx")) files.push(`pack/${name}`);
  for (const name of packs) if (name.endsWith(".idx")) files.push(`pack/${name}`);
  return files;
}

async function copyCommitGraph(objects: string, target: string, signal: AbortSignal): Promise<void> {
  await mkdir(join(target, "info"), { recursive: true });
  signal.throwIfAborted();
  await copyOne(join(objects, "info/commit-graph"), join(target, "info/commit-graph"));
}

/** The store and, recursively, its alternates; the first is the store itself. */
async function allStores(objects: string): Promise<string[]> {
  const stores = [objects];
  for (const store of stores) {
    for (const alternate of parseAlternates(await textOf(join(store, "info/alternates")), store))
      if (!stores.includes(alternate)) stores.push(alternate);
    // git itself stops at a depth of five.
    if (stores.length > 64) break;
  }
  return stores;
}

function parseAlternates(text: string, store: string): string[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines
    .map((line) => (line.startsWith('"') ? unquote(line) : line))
    .map((path) => (isAbsolute(path) ? path : resolve(store, path)));
}

function unquote(line: string): string {
  try {
    return JSON.parse(line) as string;
  } catch {
    return line;
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (isMissing(error)) return "";
    throw error;
  });
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
