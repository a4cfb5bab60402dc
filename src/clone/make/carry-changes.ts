import { constants } from "node:fs";
import { copyFile, lchown, lstat, readlink, rmdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ChangesPlan } from "../../contract/remote/requests.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { ensureParents } from "./carry.ts";
import { hostGitOk } from "../git/host-git.ts";
import { parseStatus } from "../unsaved/inspection.ts";

export type { ChangesPlan };

/**
 * `--carry`: which uncommitted changes and untracked files of the project are copied into its sessions.
 * @throws GIT_FAILED
 */
export async function planChanges(ctx: Context, root: string): Promise<ChangesPlan> {
  const options = { safe: [root], maxOutput: 1 << 28 };
  const head = await hostGitOk(ctx, ["-C", root, "rev-parse", "HEAD"], { ...options, what: "Reading the project" });
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
  const plan: ChangesPlan = { head: head.trim(), entries: [], notes: [] };
  for (const { path, submodule } of status.entries) {
    const why = whyNot(path, submodule);
    if (why !== undefined) plan.notes.push(`${plain(path)} is not copied: ${why}`);
    else plan.entries.push({ path, gone: !isContent(await lstat(join(root, path)).catch(() => undefined)) });
  }
  return plan;
}

/**
 * Applies planned changes to a clone, as uncommitted changes (staged ones become unstaged). Only for a fresh clone that no
 * container has seen, because it overwrites files: must not be repeated once the session has run.
 *
 * @param root where the files are: the project, or its copy on this host
 * @param start commit that the clone was checked out at
 * @returns paths that are now in the clone as they are in the project: changed, new or removed
 * @throws USAGE if the session does not start from the commit that the project has checked out; DISK_FULL
 */
export async function applyChanges(
  ctx: Context,
  from: { root: string; plan: ChangesPlan },
  to: { clone: string; start: string; owner: { uid: number; gid: number } },
): Promise<string[]> {
  const { head, entries } = from.plan;
  if (head !== to.start) {
    throw new CoworkError(
      "USAGE",
      "--carry includes changes to the commit that the project has checked out, but the session starts from another one.",
      {
        hint: "omit --from and --branch, or omit --carry",
      },
    );
  }
  // Removed files first: a folder may replace a file.
  for (const { path, gone } of entries) if (gone) await removeFrom(to.clone, path);
  for (const { path, gone } of entries) {
    ctx.signal.throwIfAborted();
    if (!gone) await put(from.root, to.clone, path, to.owner);
  }
  return entries.map(({ path }) => path);
}

function whyNot(path: string, submodule: string): string | undefined {
  if (path.includes("\ufffd")) return "its name is not UTF-8";
  if (path.endsWith("/")) return "it is a separate git repository";
  if (submodule.startsWith("S")) return "it is a submodule";
  return path === ".cowork" || path.startsWith(".cowork/") ? "it belongs to cowork" : undefined;
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
