import { constants, lchownSync, lstatSync, readdirSync, unlinkSync } from "node:fs";
import { chmod, open, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { isAbsent } from "./files.ts";
import { errorCode, named, namedSync, openFolder, openParent, type Name, type OpenFolder } from "./open-folder.ts";
import { plain } from "../text.ts";

// Operations on whole trees. No link is ever followed: every entry is reached through handles of its parents (see
// open-folder.ts), even while a container changes the tree. Files are handled synchronously, which is several times faster than
// promises, with a pause for other work after each batch.
const batchSize = 64;

/** Handles an entry. Entries that no longer exist (ENOENT) are skipped. */
interface Visitor {
  /** anything that is not a folder */
  file(parent: OpenFolder, name: Name): void;
  folder(parent: OpenFolder, name: Name): Promise<void>;
}

/**
 * Removes a file or a whole tree; does nothing if it does not exist. The user's read-only folders are made writable first.
 * @throws PERMISSION_DENIED with the path that could not be removed: files of other owners need root or a container
 */
export async function removeTree(path: string): Promise<void> {
  const refuse = (error: unknown, parent: OpenFolder, name: Name): never => {
    const code = errorCode(error);
    if (code !== "EACCES" && code !== "EPERM") throw error;
    const message = `${plain(shown(parent, name))} cannot be removed: permission denied.`;
    throw new CoworkError("PERMISSION_DENIED", message, { cause: error });
  };
  const visitor: Visitor = {
    file(parent, name) {
      try {
        unlinkSync(parent.at(name));
      } catch (error) {
        if (!isAbsent(error)) refuse(error, parent, name);
      }
    },
    async folder(parent, name) {
      const empty = async (): Promise<void> => await eachEntry(parent, name, visitor);
      try {
        await empty().catch(async (error: unknown) => {
          // The user's own folder may be read-only. Make it writable and try again.
          if (!(await makeWritable(parent, name))) throw error;
          await empty();
        });
        await named(shown(parent, name), async () => await rmdir(parent.at(name)));
      } catch (error) {
        if (!isAbsent(error)) refuse(error, parent, name);
      }
    },
  };
  await start(path, visitor);
}

/** Changes the owner of every entry of the tree, `path` included; of links themselves, never of their targets. */
export async function chownTree(path: string, uid: number, gid: number): Promise<void> {
  const own = (parent: OpenFolder, name: Name): void => {
    namedSync(shown(parent, name), () => {
      const stats = lstatSync(parent.at(name), { throwIfNoEntry: false });
      if (stats === undefined || (stats.uid === uid && stats.gid === gid)) return;
      lchownSync(parent.at(name), uid, gid);
    });
  };
  const visitor: Visitor = {
    file: own,
    async folder(parent, name) {
      own(parent, name);
      await eachEntry(parent, name, visitor);
    },
  };
  await start(path, visitor);
}

/**
 * Bytes that the tree uses on the disk, as `du` counts them: hard links once, symbolic links themselves. Entries that are not
 * readable or no longer exist count as nothing.
 */
export async function treeSize(path: string): Promise<number> {
  const seen = new Set<string>();
  let bytes = 0;
  const count = (parent: OpenFolder, name: Name): void => {
    const stats = lstatSync(parent.at(name), { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.nlink > 1 && !stats.isDirectory()) {
      const inode = `${stats.dev}:${stats.ino}`;
      if (seen.has(inode)) return;
      seen.add(inode);
    }
    bytes += stats.blocks * 512;
  };
  const visitor: Visitor = {
    file: count,
    async folder(parent, name) {
      count(parent, name);
      await eachEntry(parent, name, visitor).catch(() => undefined);
    },
  };
  await start(path, visitor);
  return bytes;
}

function shown(parent: OpenFolder, name: Name): string {
  return join(parent.path, name.toString());
}

async function start(path: string, visitor: Visitor): Promise<void> {
  try {
    const { folder, name } = await openParent(path);
    try {
      const stats = lstatSync(folder.at(name), { throwIfNoEntry: false });
      if (stats?.isDirectory()) await visitor.folder(folder, name);
      else if (stats !== undefined) visitor.file(folder, name);
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!isAbsent(error)) throw toCoworkError(error);
  }
}

async function eachEntry(parent: OpenFolder, name: Name, visitor: Visitor): Promise<void> {
  const path = shown(parent, name);
  const folder = await openFolder(path, { through: parent.at(name) });
  try {
    const entries = namedSync(path, () => readdirSync(folder.at("."), { withFileTypes: true, encoding: "buffer" }));
    for (const [index, entry] of entries.entries()) {
      if (index % batchSize === batchSize - 1) await setImmediate();
      if (!entry.isDirectory()) visitor.file(folder, entry.name);
    }
    // One after another: each keeps a handle open as long as its own tree takes.
    for (const entry of entries) if (entry.isDirectory()) await visitor.folder(folder, entry.name);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  } finally {
    await folder.close();
  }
}

/** A folder without read permission can only be opened with O_PATH, which Linux has but Node does not define. */
async function makeWritable(parent: OpenFolder, name: Name): Promise<boolean> {
  const pathOnly = 0o10000000;
  const flags = pathOnly | constants.O_NOFOLLOW | constants.O_DIRECTORY;
  const handle = await open(parent.at(name), flags).catch(() => undefined);
  if (handle === undefined) return false;
  try {
    if (((await handle.stat()).mode & 0o700) === 0o700) return false;
    await chmod(`/proc/self/fd/${handle.fd}`, 0o700);
    return true;
  } catch {
    return false;
  } finally {
    await handle.close();
  }
}
