import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, readdir, readlink, symlink, type FileHandle } from "node:fs/promises";
import { basename, join } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { isAbsent, readRegularFile } from "../../system/files/files.ts";
import { errorCode, openFolder, openParent, type Name, type OpenFolder } from "../../system/files/open-folder.ts";
import { hashBlobFile, hashLink, hashTree, type HashedEntry } from "./git-hash.ts";
import { maxConfigBytes, tooLarge } from "./source-limits.ts";
import { linkStaysWithin, treeFolder } from "./tree-path.ts";
import type { ConfigSource } from "../types.ts";

/**
 * A source that reads a working tree to which a container may be writing at the same time (`start --rebuild`). Each folder is kept
 * open and accessed through its handle, so no link is ever followed. `.git` is left out, and so is everything that is not a file,
 * folder or link. Hashes are the same as git's, so an unchanged clone has the same hash as its commit.
 * @param root absolute path of the working tree
 */
export function folderSource(root: string, describe = `the folder ${basename(root)}`): ConfigSource {
  return {
    describe,
    stat: (path) => inParent(root, path, async (at) => kindOf(await lstat(at))),
    async list(path) {
      const names = await inFolder(root, path, async (folder) => readdir(folder.at(".")));
      return (names ?? []).filter(isOurs).toSorted();
    },
    readLink: (path) =>
      inParent(root, path, async (at) => ((await lstat(at)).isSymbolicLink() ? await readlink(at) : undefined)),
    async read(path) {
      if (!staysInside(path)) return undefined;
      try {
        return await readRegularFile(join(root, path), { maxBytes: maxConfigBytes, root });
      } catch (error) {
        if (error instanceof CoworkError && error.code === "FILE_TOO_LARGE") throw tooLarge(path);
        if (isLinkOnTheWay(error)) return undefined;
        throw error;
      }
    },
    async hash(path) {
      const hashed =
        path === "" ? await inFolder(root, "", hashFolder) : await inParent(root, path, (at) => hashEntry(at));
      return hashed === undefined ? "absent" : `${hashed.mode} ${hashed.oid}`;
    },
    async exportTo(path, target, options = {}) {
      const links = options.links ?? "inside";
      await mkdir(target, { recursive: true, mode: 0o700 });
      const done =
        (await inFolder(root, path, async (folder) => {
          await exportFolder(folder, { path, within: path, target, links });
          return true;
        })) ??
        (await inParent(root, path, async (at) => {
          const entry = { path, within: treeFolder(path), target: join(target, basename(path)), links };
          await exportEntry(at, await lstat(at), entry);
          return true;
        }));
      if (done === undefined) throw new CoworkError("DEVCONTAINER_INVALID", `${path} is not in ${describe}.`);
    },
  };
}

const isOurs = (name: string): boolean => name !== ".git";

const staysInside = (path: string): boolean => !path.split("/").some((part) => part === ".git" || part === "..");

function kindOf(stats: Stats): "file" | "folder" | "link" | undefined {
  if (stats.isSymbolicLink()) return "link";
  if (stats.isDirectory()) return "folder";
  return stats.isFile() ? "file" : undefined;
}

/**
 * Calls the function with the entry, through its open parent folder. Returns undefined if it does not exist, or if there is a link
 * on the path.
 */
async function inParent<T>(root: string, path: string, use: (at: Name) => Promise<T>): Promise<T | undefined> {
  if (path === "") return inFolder(root, "", (folder) => use(folder.at(".")));
  if (!staysInside(path)) return undefined;
  let folder: OpenFolder | undefined;
  try {
    const parent = await openParent(join(root, path), root);
    folder = parent.folder;
    return await use(folder.at(parent.name));
  } catch (error) {
    if (isAbsent(error) || isLinkOnTheWay(error)) return undefined;
    throw toCoworkError(error);
  } finally {
    await folder?.close();
  }
}

/** Opens the folder. Returns undefined if it does not exist. */
async function inFolder<T>(
  root: string,
  path: string,
  use: (folder: OpenFolder) => Promise<T>,
): Promise<T | undefined> {
  const run = async (through: Name): Promise<T | undefined> => {
    let folder: OpenFolder | undefined;
    try {
      folder = await openFolder(join(root, path), { through });
      return await use(folder);
    } finally {
      await folder?.close();
    }
  };
  if (path !== "") return inParent(root, path, run);
  try {
    return await run(root);
  } catch (error) {
    if (isAbsent(error) || isLinkOnTheWay(error)) return undefined;
    throw toCoworkError(error);
  }
}

function isLinkOnTheWay(error: unknown): boolean {
  const cause = error instanceof CoworkError ? error.cause : error;
  return errorCode(cause) === "ELOOP" || errorCode(cause) === "ENOTDIR";
}

async function openFile(at: Name): Promise<FileHandle> {
  return open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
}

/** Returns undefined for what git does not track: sockets, pipes, devices. */
async function hashEntry(at: Name): Promise<Omit<HashedEntry, "name"> | undefined> {
  const stats = await lstat(at);
  const kind = kindOf(stats);
  if (kind === "link") return hashLink(await readlink(at, { encoding: "buffer" }));
  if (kind === "folder") return useFolder(at, hashFolder);
  if (kind !== "file") return undefined;
  const handle = await openFile(at);
  try {
    return await hashBlobFile(handle);
  } finally {
    await handle.close();
  }
}

/** Returns undefined for a folder without files, because git does not track it. */
async function hashFolder(folder: OpenFolder): Promise<Omit<HashedEntry, "name"> | undefined> {
  const entries: HashedEntry[] = [];
  for (const name of await readdir(folder.at("."), { encoding: "buffer" })) {
    if (!isOurs(name.toString())) continue;
    const hashed = await hashEntry(folder.at(name));
    if (hashed !== undefined) entries.push({ name, ...hashed });
  }
  return entries.length === 0 ? undefined : hashTree(entries);
}

async function useFolder<T>(at: Name, use: (folder: OpenFolder) => Promise<T>): Promise<T> {
  const folder = await openFolder(at.toString(), { through: at });
  try {
    return await use(folder);
  } finally {
    await folder.close();
  }
}

interface ExportStep {
  /** path in the tree */
  path: string;
  /** folder of the tree that links may not leave */
  within: string;
  target: Name;
  links: "inside" | "all";
}

async function exportFolder(folder: OpenFolder, step: ExportStep): Promise<void> {
  // Names are bytes; they are decoded only for these checks.
  for (const name of await readdir(folder.at("."), { encoding: "buffer" })) {
    const text = name.toString();
    if (!isOurs(text)) continue;
    const at = folder.at(name);
    const path = step.path === "" ? text : `${step.path}/${text}`;
    const target = Buffer.concat([Buffer.from(step.target), Buffer.from("/"), name]);
    await exportEntry(at, await lstat(at), { ...step, path, target });
  }
}

async function exportEntry(at: Name, stats: Stats, step: ExportStep): Promise<void> {
  const kind = kindOf(stats);
  if (kind === "link") {
    const link = await readlink(at, { encoding: "buffer" });
    if (step.links === "all" || linkStaysWithin(step.path, link.toString(), step.within)) {
      await symlink(link, step.target);
    }
  } else if (kind === "folder") {
    await mkdir(step.target, { mode: 0o755 });
    await useFolder(at, (folder) => exportFolder(folder, step));
  } else if (kind === "file") {
    await copyFile(at, step.target);
  }
}

async function copyFile(at: Name, target: Name): Promise<void> {
  const from = await openFile(at);
  try {
    const stats = await from.stat();
    if (!stats.isFile()) return;
    const to = await open(target, "wx", stats.mode & 0o111 ? 0o755 : 0o644);
    try {
      for await (const chunk of from.createReadStream({ autoClose: false })) await to.writeFile(chunk as Buffer);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
