import { lstat, mkdir, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError } from "../../../errors.ts";
import { isAbsent, lookAtPath } from "../../../system/files/files.ts";
import { plain } from "../../../system/text.ts";

/**
 * Where a copy goes on this machine, as `cp -r` decides: into a folder that exists, else to the path itself.
 * @param name the copy's name in a folder; undefined: a folder's content itself is copied
 * @throws FILE_NOT_FOUND
 */
export async function localTarget(path: string, name: string | undefined): Promise<string> {
  const there = await stat(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (there?.isDirectory() === true) {
    const folder = await realpath(path);
    return name === undefined ? folder : join(folder, name);
  }
  const parent = dirname(path);
  const isFolder = await stat(parent).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder && !path.endsWith("/")) return path;
  throw new CoworkError("FILE_NOT_FOUND", `There is no folder ${plain(isFolder ? path : parent)}.`, {
    hint: "create it, then run the same command again",
  });
}

/**
 * Moves a complete copy to its place. Folders are merged; a file is replaced only with `force`, and never a folder by a file or a file
 * by a folder. Nothing is moved if something is in the way.
 * @throws FILES_IN_THE_WAY with the names
 */
export async function putInPlace(from: string, to: string, force: boolean): Promise<void> {
  const taken: string[] = [];
  await findTaken(from, to, force, taken);
  if (taken.length > 0) {
    const names =
      taken.slice(0, 10).map(plain).join(", ") + (taken.length > 10 ? ` and ${taken.length - 10} more` : "");
    throw new CoworkError("FILES_IN_THE_WAY", `There are files already, and nothing was overwritten: ${names}.`, {
      hint: force
        ? "a folder and a file have the same name: choose another destination"
        : "add --force to replace them, or choose another destination",
    });
  }
  await move(from, to);
}

async function findTaken(from: string, to: string, force: boolean, taken: string[]): Promise<void> {
  const [ours, theirs] = [await lstat(from), lookAtPath(to)];
  if (theirs === undefined) return;
  if (!ours.isDirectory()) {
    if (theirs.isDirectory() || !force) taken.push(to);
    return;
  }
  if (!theirs.isDirectory()) taken.push(to);
  else for (const name of await readdir(from)) await findTaken(join(from, name), join(to, name), force, taken);
}

async function move(from: string, to: string): Promise<void> {
  const theirs = lookAtPath(to);
  if (theirs === undefined || !theirs.isDirectory()) return await rename(from, to);
  for (const name of await readdir(from)) await move(join(from, name), join(to, name));
  await rm(from, { recursive: true });
}

/** A new folder beside the target, on the same file system, for a copy that is not complete yet. */
export async function temporaryBeside(target: string, random: string): Promise<string> {
  const folder = join(dirname(target), `.cowork-cp-${random}`);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // What matters is the folder of the user's, not the name of ours in it.
    throw Object.assign(error as Error, { path: dirname(target) });
  }
  return folder;
}
