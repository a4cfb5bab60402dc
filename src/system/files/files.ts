import type { Inside } from "./open-folder.ts";
import { randomBytes } from "node:crypto";
import { chmodSync, constants, lstatSync, type Stats } from "node:fs";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { errorCode, isAbsent, named, openFolder, openParent, type Name, type OpenFolder } from "./open-folder.ts";
import { readSmallFile } from "./small-file.ts";
import { plain } from "../text.ts";

export { isAbsent } from "./open-folder.ts";

/** Files up to this size are read synchronously: four calls through Node's thread pool take longer than reading a small file. */
const smallBytes = 1024 * 1024;

/** Who owns a file and who may use it. Without uid and gid it is the user who runs cowork. */
export interface Ownership {
  mode?: number;
  uid?: number;
  gid?: number;
}

/** lstat; undefined if the path does not exist. Synchronous, because a call through Node's thread pool takes longer. */
export function lookAtPath(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toCoworkError(error);
  }
}

/** The same where a container may have closed the folder around it: what cannot be looked at counts as absent. */
export function lookIfOpen(path: string): Stats | undefined {
  try {
    return lookAtPath(path);
  } catch {
    return undefined;
  }
}

/** Whether the path exists. A broken link counts. */
export async function pathExists(path: string): Promise<boolean> {
  return lookAtPath(path) !== undefined;
}

/**
 * Reads a regular file; undefined if it does not exist or is a link, a folder or anything else. Never blocks on a pipe and
 * never follows a link as the last part of the path.
 * @throws FILE_TOO_LARGE beyond `maxBytes`, PERMISSION_DENIED
 */
export async function readRegularFile(
  path: string,
  options: { maxBytes: number } & Inside,
): Promise<Uint8Array | undefined> {
  const maxBytes = Math.min(options.maxBytes, smallBytes);
  try {
    return readSmallFile(path, { ...options, maxBytes });
  } catch (error) {
    if (toCoworkError(error).code !== "FILE_TOO_LARGE" || maxBytes === options.maxBytes) throw error;
  }
  let folder: OpenFolder | undefined;
  let handle: FileHandle | undefined;
  try {
    let through: Name = path;
    if (options.root !== undefined) {
      const parent = await openParent(path, options.root);
      folder = parent.folder;
      through = folder.at(parent.name);
    }
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
    handle = await named(path, () => open(through, flags));
    if (!(await handle.stat()).isFile()) return undefined;
    return await readUpTo(handle, path, options.maxBytes);
  } catch (error) {
    if (isAbsent(error) || errorCode(error) === "ELOOP" || errorCode(error) === "ENXIO") return undefined;
    throw toCoworkError(error);
  } finally {
    await handle?.close();
    await folder?.close();
  }
}

/** As `readRegularFile`, decoded as UTF-8 (invalid bytes become U+FFFD). */
export async function readTextFile(path: string, options: { maxBytes: number } & Inside): Promise<string | undefined> {
  const bytes = await readRegularFile(path, options);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** Does not rely on the size: the file may grow while it is read. */
async function readUpTo(handle: FileHandle, path: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) throw new CoworkError("FILE_TOO_LARGE", `${plain(path)} is larger than ${maxBytes} bytes.`);
    chunks.push(chunk.subarray(0, bytesRead));
  }
}

/**
 * Replaces a file atomically: readers see the old content or the new one, never a part, even after a crash. A link of that
 * name is replaced, not followed. The mode (default 0600) is independent of the umask.
 * The package write-file-atomic is not used: it resolves links and its temporary names can be guessed, but containers can
 * write to some of the folders that this function writes to.
 * @param options `isCache`: the content is checked when it is read, so it need not survive a power failure
 * @throws DISK_FULL, PERMISSION_DENIED
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: Ownership & Inside & { isCache?: boolean } = {},
): Promise<void> {
  const { mode = 0o600, uid, gid, isCache = false } = options;
  const temporary = `.cowork-${randomBytes(8).toString("hex")}.tmp`;
  let folder: OpenFolder | undefined;
  try {
    const parent = await openParent(path, options.root);
    folder = parent.folder;
    const { at } = folder;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const handle = await named(path, () => open(at(temporary), flags, 0o600));
    try {
      await handle.writeFile(data);
      await give(handle, { mode, uid, gid });
      if (!isCache) await handle.sync();
    } finally {
      await handle.close();
    }
    await named(path, () => rename(at(temporary), at(parent.name)));
  } catch (error) {
    if (folder !== undefined) await rm(folder.at(temporary), { force: true }).catch(() => undefined);
    throw toCoworkError(error);
  } finally {
    await folder?.close();
  }
}

/**
 * Creates the folder and its missing parents. Mode (default 0700) and owner apply to every folder that it creates and, if given,
 * to the last one even if it exists.
 * @throws PERMISSION_DENIED if the path is not a folder; with `root`, also if it is a link
 */
export async function ensureFolder(path: string, options: Ownership & Inside = {}): Promise<void> {
  try {
    if (options.root === undefined && isAsWanted(path, options)) return;
    if (options.root === undefined && options.mode !== undefined) openUp(path);
    await makeFolder(path, options);
    if (options.mode === undefined && options.uid === undefined && options.gid === undefined) return;
    const { folder, name } = await openParent(path, options.root);
    try {
      await own(path, folder.at(name), options);
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOTDIR" || errorCode(error) === "EEXIST" || errorCode(error) === "ELOOP") {
      const hint = "move it away, then run the same command again";
      throw new CoworkError("PERMISSION_DENIED", `${plain(path)} is not a folder.`, {
        hint,
        cause: error,
      });
    }
    throw toCoworkError(error);
  }
}

/** A container that has the folder mounted may have closed it to its owner, this user. */
function openUp(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true || (stats.mode & 0o700) === 0o700) return;
  try {
    chmodSync(path, 0o700);
  } catch {
    // It is not ours: entering it says so.
  }
}

/** A quick check for the usual case. Anything else is checked with care later. */
function isAsWanted(path: string, { mode, uid, gid }: Ownership): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return false;
  const isMode = mode === undefined || (stats.mode & 0o7777) === mode;
  return isMode && (uid === undefined || stats.uid === uid) && (gid === undefined || stats.gid === gid);
}

async function makeFolder(path: string, options: Ownership & Inside): Promise<void> {
  if (await makeOne(path, options)) return;
  await makeFolder(dirname(path), options);
  if (!(await makeOne(path, options))) throw new CoworkError("PERMISSION_DENIED", `${plain(path)} cannot be created.`);
}

/** Returns false if the parent folder is missing. */
async function makeOne(path: string, options: Ownership & Inside): Promise<boolean> {
  let folder: OpenFolder | undefined;
  try {
    const parent = await openParent(path, options.root);
    folder = parent.folder;
    const through = folder.at(parent.name);
    await named(path, async () => await mkdir(through, { mode: 0o700 }));
    await own(path, through, { mode: 0o700, ...options });
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" && dirname(path) !== path) return false;
    if (code !== "EEXIST") throw error;
    await (await openFolder(path, { follow: options.root === undefined })).close();
    return true;
  } finally {
    await folder?.close();
  }
}

async function own(path: string, through: Name, options: Ownership & Inside): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | (options.root === undefined ? 0 : constants.O_NOFOLLOW);
  const handle = await named(path, () => open(through, flags));
  try {
    await give(handle, options);
  } finally {
    await handle.close();
  }
}

/** Sets the owner before the mode, because chown clears special bits. Skips what is already right, as it may not be permitted. */
async function give(
  handle: FileHandle,
  wanted: { mode?: number | undefined; uid?: number | undefined; gid?: number | undefined },
): Promise<void> {
  const now = await handle.stat();
  const { uid = now.uid, gid = now.gid, mode } = wanted;
  if (uid !== now.uid || gid !== now.gid) await handle.chown(uid, gid);
  if (mode !== undefined) await handle.chmod(mode);
}
