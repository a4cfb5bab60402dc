import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";

/** File names are bytes: a name that is not valid UTF-8 cannot be a string. */
export type Name = string | Buffer;

/**
 * An open folder. Its entries are reached through the handle, so that no process that can write there can replace a parent with
 * a link between the check and the use. On systems without /proc/self/fd (macOS) plain paths are used, which leaves only the
 * check.
 */
export interface OpenFolder {
  /** the path for messages */
  path: string;
  /** a path that leads to the entry of this very folder */
  at: (name: Name) => Name;
  close: () => Promise<void>;
}

/**
 * Opens a folder.
 * @param options.through another path to the same folder: the result of its parent's `at`
 * @throws the error of `open`: ELOOP or ENOTDIR for a link or anything else that is not a folder, ENOENT …
 */
export async function openFolder(
  path: string,
  options: { follow?: boolean; through?: Name } = {},
): Promise<OpenFolder> {
  const through = options.through ?? path;
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | (options.follow ? 0 : constants.O_NOFOLLOW);
  const handle = await named(path, async () => await open(through, flags));
  const byHandle = `${handles}/${handle.fd}`;
  // If the folder was reached through a handle, this system supports paths through handles.
  const base =
    through.toString("latin1").startsWith(`${handles}/`) || (await leadsTo(byHandle, handle)) ? byHandle : path;
  return { path, at: (name) => below(base, name), close: async () => await handle.close() };
}

function below(base: string, name: Name): Name {
  return typeof name === "string" ? `${base}/${name}` : Buffer.concat([Buffer.from(`${base}/`), name]);
}

const handles = "/proc/self/fd";

async function leadsTo(path: string, handle: FileHandle): Promise<boolean> {
  const [seen, own] = await Promise.all([stat(path).catch(() => undefined), handle.stat().catch(() => undefined)]);
  return seen !== undefined && seen.ino === own?.ino && seen.dev === own.dev;
}

/** Opens the entry's folder and returns it with the entry's name. Below `root` no link is followed; `root` itself may be one. */
export async function openParent(path: string, root?: string): Promise<{ folder: OpenFolder; name: string }> {
  const name = basename(path);
  const parent = join(path, "..");
  if (root === undefined) return { folder: await openFolder(parent, { follow: true }), name };
  const way = relative(root, parent)
    .split(sep)
    .filter((part) => part !== "");
  if (way[0] === "..") throw new Error(`${path} is not inside ${root}`);
  let folder = await openFolder(root, { follow: true });
  for (const part of way) {
    const outer = folder;
    try {
      folder = await openFolder(join(outer.path, part), { through: outer.at(part) });
    } finally {
      await outer.close();
    }
  }
  return { folder, name };
}

/** Runs an operation on a handle's path, and puts the real path into its errors. */
export async function named<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw rename(error, path);
  }
}

export function namedSync<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw rename(error, path);
  }
}

function rename(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  const failed = error as NodeJS.ErrnoException;
  if (failed.path !== undefined) failed.message = failed.message.replace(failed.path, path);
  failed.path = path;
  return failed;
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Whether the error means that the path does not exist. */
export function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(errorCode(error) ?? "");
}

/** Whether the error means that the path may not be entered or read. What a container owns, it can close to the host's user. */
export function isClosed(error: unknown): boolean {
  return ["EACCES", "EPERM"].includes(errorCode(error) ?? "");
}

/**
 * `root`: a folder that containers can write to (a clone, mounted state). Below it no link is followed, neither as a parent nor
 * as the last part.
 */
export interface Inside {
  root?: string;
}
