import { constants, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";

/**
 * A folder held open. What is in it is reached through the handle, so that nobody who may write there can swap a
 * parent for a link between the check and the use. Where the system has no /proc/self/fd (macOS) plain paths are used,
 * and the check is all there is.
 */
export interface OpenFolder {
  /** the path as people know it */
  path: string;
  stats: Stats;
  /** a path that leads to the entry of this folder and no other */
  at: (name: string) => string;
  close: () => Promise<void>;
}

/** @throws the error of `open`: ELOOP or ENOTDIR for a link or anything that is no folder, ENOENT … */
export async function openFolder(
  path: string,
  options: { follow?: boolean; through?: string } = {},
): Promise<OpenFolder> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | (options.follow ? 0 : constants.O_NOFOLLOW);
  const handle = await named(path, () => open(options.through ?? path, flags));
  try {
    const stats = await handle.stat();
    const byHandle = `/proc/self/fd/${handle.fd}`;
    const seen = await stat(byHandle).catch(() => undefined);
    const base = seen?.ino === stats.ino && seen.dev === stats.dev ? byHandle : path;
    return { path, stats, at: (name) => `${base}/${name}`, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The entry's own folder held open, and the entry's name. Below `root` no link is followed; `root` itself may be one. */
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

/** Runs an operation on a handle's path and lets its error speak of the path that people know. */
export async function named<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Error) {
      const failed = error as NodeJS.ErrnoException;
      if (failed.path !== undefined) failed.message = failed.message.replace(failed.path, path);
      failed.path = path;
    }
    throw error;
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
