import { closeSync, constants, existsSync, fstatSync, opendirSync, openSync, readSync, type Dir } from "node:fs";
import { basename, dirname, relative, sep } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Inside } from "./open-folder.ts";
import { errorCode, isAbsent, namedSync } from "./open-folder.ts";
import { plain } from "../text.ts";

/**
 * As `readRegularFile`, but synchronous: with hundreds of sessions (`list`) each call through Node's thread pool costs more than
 * the reading itself. For small files only.
 * @throws FILE_TOO_LARGE beyond `maxBytes`, PERMISSION_DENIED
 */
export function readSmallFile(path: string, options: { maxBytes: number } & Inside): Buffer | undefined {
  return readSmallEntry(path, options)?.bytes;
}

export interface SmallEntry {
  bytes: Buffer;
  /** when the content was last changed, in ms since 1970 */
  modified: number;
}

/** As `readSmallFile`, with the time of the last change. */
export function readSmallEntry(path: string, options: { maxBytes: number } & Inside): SmallEntry | undefined {
  let folder: number | undefined;
  let file: number | undefined;
  try {
    if (options.root !== undefined) folder = openFolderSync(dirname(path), options.root);
    const through = folder === undefined ? path : below(folder, dirname(path), basename(path));
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
    file = namedSync(path, () => openSync(through, flags));
    const stats = fstatSync(file);
    if (!stats.isFile()) return undefined;
    if (stats.size > options.maxBytes) throw tooLarge(path, options.maxBytes);
    return { bytes: readUpTo(file, path, stats.size, options.maxBytes), modified: stats.mtimeMs };
  } catch (error) {
    if (isAbsent(error) || errorCode(error) === "ELOOP" || errorCode(error) === "ENXIO") return undefined;
    throw toCoworkError(error);
  } finally {
    for (const fd of [file, folder]) if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Names of at most `max` entries of a folder, in no order, without reading more of it; empty if it does not exist or is anything
 * else. A container can fill its folders with millions of files. Names that are not UTF-8 are not returned.
 */
export function readSmallFolder(path: string, options: { max: number; root: string }): string[] {
  let handle: number | undefined;
  let folder: Dir | undefined;
  try {
    handle = openFolderSync(path, options.root);
    folder = opendirSync(below(handle, path, "."));
    const names: string[] = [];
    for (let entry = folder.readSync(); entry !== null && names.length < options.max; entry = folder.readSync())
      if (!entry.name.includes("\ufffd")) names.push(entry.name);
    return names;
  } catch (error) {
    if (isAbsent(error) || errorCode(error) === "ELOOP") return [];
    throw toCoworkError(error);
  } finally {
    folder?.closeSync();
    if (handle !== undefined) closeSync(handle);
  }
}

/** Opens a folder. Below `root` no link is followed: each folder is opened through its open parent. */
function openFolderSync(path: string, root: string): number {
  const way = relative(root, path)
    .split(sep)
    .filter((part) => part !== "");
  if (way[0] === "..") throw new Error(`${path} is not inside ${root}`);
  let at = root;
  let folder = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
  for (const part of way) {
    const outer = folder;
    const through = below(outer, at, part);
    at = `${at}/${part}`;
    try {
      const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
      folder = namedSync(at, () => openSync(through, flags));
    } finally {
      closeSync(outer);
    }
  }
  return folder;
}

/** A path through the handle; a plain path on systems without /proc/self/fd (macOS), which leaves only the check. */
function below(folder: number, path: string, name: string): string {
  const handle = `/proc/self/fd/${folder}`;
  return `${existsSync(handle) ? handle : path}/${name}`;
}

/** The size is only a guess: the file may grow while it is read. */
function readUpTo(file: number, path: string, size: number, maxBytes: number): Buffer {
  let bytes = Buffer.allocUnsafe(Math.min(size, maxBytes) + 1);
  let total = 0;
  for (;;) {
    if (total === bytes.length) bytes = Buffer.concat([bytes], bytes.length * 2);
    const read = readSync(file, bytes, total, bytes.length - total, null);
    if (read === 0) return bytes.subarray(0, total);
    total += read;
    if (total > maxBytes) throw tooLarge(path, maxBytes);
  }
}

function tooLarge(path: string, maxBytes: number): CoworkError {
  return new CoworkError("FILE_TOO_LARGE", `${plain(path)} is larger than ${maxBytes} bytes.`);
}
