import { constants, type Dirent } from "node:fs";
import { chmod, lchown, lstat, open, readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError, toCoworkError } from "../errors.ts";
import { isAbsent } from "./files.ts";
import { errorCode, named, openFolder, openParent, type OpenFolder } from "./open-folder.ts";
import { plain } from "./text.ts";

// Whole trees, link by link never followed: everything is reached through handles of its parents (see open-folder.ts), so
// that these hold also while something inside a container works in the tree.

/** How many entries of one folder are dealt with at once: disk and thread pool are busy, memory stays small. */
const breadth = 32;

/**
 * Removes a file or a whole tree; done when there is nothing. Read-only folders are made writable first where we own them.
 * @throws PERMISSION_DENIED naming what is in the way: files of other owners want root or a container
 */
export async function removeTree(path: string): Promise<void> {
  await inParent(path, (parent, name) => removeEntry(parent, name));
}

/** Gives every entry of the tree, `path` included, to this owner; links themselves, never what they lead to. */
export async function chownTree(path: string, uid: number, gid: number): Promise<void> {
  await inParent(path, (parent, name) => chownEntry(parent, name, uid, gid));
}

/**
 * Bytes that the tree takes on the disk, as `du` counts: files with several names once, links themselves. What may not be
 * read or has just gone counts as nothing.
 */
export async function treeSize(path: string): Promise<number> {
  const seen = new Set<string>();
  let bytes = 0;
  const add = async (parent: OpenFolder, name: string): Promise<void> => {
    const stats = await lstat(parent.at(name));
    const inode = `${stats.dev}:${stats.ino}`;
    if (seen.has(inode)) return;
    if (stats.nlink > 1 && !stats.isDirectory()) seen.add(inode);
    bytes += stats.blocks * 512;
    if (stats.isDirectory())
      await eachEntry(parent, name, (folder, entry) => add(folder, entry.name).catch(() => undefined));
  };
  await inParent(path, (parent, name) => add(parent, name).catch(() => undefined));
  return bytes;
}

async function inParent(path: string, work: (parent: OpenFolder, name: string) => Promise<void>): Promise<void> {
  try {
    const { folder, name } = await openParent(path);
    try {
      await work(folder, name);
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (isAbsent(error)) return;
    throw toCoworkError(error);
  }
}

async function eachEntry(
  parent: OpenFolder,
  name: string,
  visit: (folder: OpenFolder, entry: Dirent) => Promise<void>,
): Promise<void> {
  const path = join(parent.path, name);
  const folder = await openFolder(path, { through: parent.at(name) });
  try {
    const entries = await named(path, () => readdir(folder.at("."), { withFileTypes: true }));
    const files = entries.filter((entry) => !entry.isDirectory());
    for (let start = 0; start < files.length; start += breadth) {
      await Promise.all(files.slice(start, start + breadth).map((entry) => visit(folder, entry)));
    }
    // Folders one after another: each holds a handle for as long as its own tree takes.
    for (const entry of entries) if (entry.isDirectory()) await visit(folder, entry);
  } finally {
    await folder.close();
  }
}

async function removeEntry(parent: OpenFolder, name: string): Promise<void> {
  const path = join(parent.path, name);
  try {
    const stats = await lstat(parent.at(name));
    if (!stats.isDirectory()) return await named(path, () => unlink(parent.at(name)));
    if ((stats.mode & 0o700) !== 0o700) await makeWritable(parent, name);
    await eachEntry(parent, name, (folder, entry) => removeEntry(folder, entry.name));
    await named(path, () => rmdir(parent.at(name)));
  } catch (error) {
    if (isAbsent(error)) return;
    const code = errorCode(error);
    if (code === "EACCES" || code === "EPERM") {
      throw new CoworkError("PERMISSION_DENIED", `${plain(path)} cannot be removed: permission denied.`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Of a folder that nobody may read only a handle "to the path" (O_PATH) can be had: Linux knows it, Node does not name it. */
async function makeWritable(parent: OpenFolder, name: string): Promise<void> {
  const pathOnly = 0o10000000;
  const handle = await open(parent.at(name), pathOnly | constants.O_NOFOLLOW | constants.O_DIRECTORY).catch(
    () => undefined,
  );
  if (handle === undefined) return;
  await chmod(`/proc/self/fd/${handle.fd}`, 0o700).catch(() => undefined);
  await handle.close();
}

async function chownEntry(parent: OpenFolder, name: string, uid: number, gid: number): Promise<void> {
  const path = join(parent.path, name);
  try {
    const stats = await lstat(parent.at(name));
    if (stats.uid !== uid || stats.gid !== gid) await named(path, () => lchown(parent.at(name), uid, gid));
    if (stats.isDirectory()) await eachEntry(parent, name, (folder, entry) => chownEntry(folder, entry.name, uid, gid));
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
