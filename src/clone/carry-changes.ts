import { constants } from "node:fs";
import { copyFile, lchown, lstat, readlink, rmdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { plain } from "../system/text.ts";
import { removeTree } from "../system/tree.ts";
import { ensureParents } from "./carry.ts";
import { hostGitOk } from "./host-git.ts";
import { parseStatus } from "./inspection.ts";

export interface CarriedChanges {
  /** paths that are in the clone now as they are in the project: changed, new or gone */
  paths: string[];
  /** what could not go along, one line each */
  notes: string[];
}

/**
 * `--carry`: the project's uncommitted changes and untracked files, in the clone as changes that are not committed (what is
 * staged is not told apart). The project stays as it is, its index included. For a fresh clone that no container has seen,
 * since it overwrites: not to be repeated once the session has run.
 *
 * @param start commit that the clone was checked out at
 * @throws USAGE when the session does not start from what the project has checked out; GIT_FAILED, DISK_FULL
 */
export async function carryChanges(
  ctx: Context,
  root: string,
  clone: string,
  start: string,
  owner: { uid: number; gid: number },
): Promise<CarriedChanges> {
  const options = { safe: [root], maxOutput: 1 << 28 };
  const head = await hostGitOk(ctx, ["-C", root, "rev-parse", "HEAD"], { ...options, what: "Reading the project" });
  if (head.trim() !== start) {
    throw new CoworkError(
      "USAGE",
      "--carry takes changes along that belong to the commit the project has checked out, and the session starts from another.",
      {
        hint: "leave --from and --branch away, or leave --carry away",
      },
    );
  }
  const args = [
    "-C",
    root,
    "status",
    "--porcelain=v2",
    "-z",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=dirty",
  ];
  const status = parseStatus(await hostGitOk(ctx, args, { ...options, what: "Reading the project's changes" }));
  const result: CarriedChanges = { paths: [], notes: [] };
  const usable = status.entries.filter((entry) => {
    const why = whyNot(entry.path, entry.submodule);
    if (why !== undefined) result.notes.push(`${plain(entry.path)} is not carried along: ${why}`);
    return why === undefined;
  });
  // What is gone first: a folder may stand where a file was.
  const stats = await Promise.all(usable.map((entry) => lstat(join(root, entry.path)).catch(() => undefined)));
  for (const [n, entry] of usable.entries()) if (!isContent(stats[n])) await removeFrom(clone, entry.path);
  for (const [n, entry] of usable.entries()) {
    ctx.signal.throwIfAborted();
    if (isContent(stats[n])) await put(root, clone, entry.path, owner);
  }
  result.paths = usable.map((entry) => entry.path);
  return result;
}

function whyNot(path: string, submodule: string): string | undefined {
  if (path.includes("\ufffd")) return "its name is not UTF-8";
  if (path.endsWith("/")) return "it is a repository of its own";
  if (submodule.startsWith("S")) return "it is a submodule";
  return path === ".cowork" || path.startsWith(".cowork/") ? "it is cowork's own" : undefined;
}

function isContent(stats: { isFile(): boolean; isSymbolicLink(): boolean } | undefined): boolean {
  return stats !== undefined && (stats.isFile() || stats.isSymbolicLink());
}

async function removeFrom(clone: string, path: string): Promise<void> {
  await removeTree(join(clone, path));
  // git keeps no empty folders
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    const isGone = await rmdir(join(clone, folder)).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

async function put(root: string, clone: string, path: string, owner: { uid: number; gid: number }): Promise<void> {
  const [from, to] = [join(root, path), join(clone, path)];
  await ensureParents(clone, path, owner);
  await removeTree(to);
  const stats = await lstat(from);
  if (stats.isSymbolicLink()) await symlink(await readlink(from, "buffer"), to);
  else await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await lchown(to, owner.uid, owner.gid);
}
