import { constants } from "node:fs";
import { copyFile, lchown, lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { errorCode, type OpenFolder, openParent } from "../../system/files/open-folder.ts";
import { plain } from "../../system/text.ts";
import { appendExcludes } from "../git/exclude.ts";
import { hostGit, hostGitOk } from "../git/host-git.ts";

/** A file that other tools read, too: patterns like in `.gitignore` for untracked files that a copy of the project needs. */
export const includeFile = ".worktreeinclude";

export interface CarryPlan {
  /** paths inside the project's root of untracked regular files, sorted */
  files: string[];
  /** files that matched and are not copied: links, names that are not UTF-8; one line each */
  notes: string[];
}

export interface CarryOptions {
  /** `COPY`: patterns like in `.gitignore` */
  copy: readonly string[];
  /** read `.worktreeinclude`. If git tracks it (`includeIsTracked`), it is repository content: only after the trust question. */
  include: boolean;
}

/** Is there a `.worktreeinclude`, and is it tracked, so that it needs trust? */
export async function readInclude(ctx: Context, root: string): Promise<"none" | "own" | "tracked"> {
  const stats = await lstat(join(root, includeFile)).catch(() => undefined);
  if (!stats?.isFile()) return "none";
  const tracked = await hostGit(ctx, ["-C", root, "ls-files", "--error-unmatch", "--", includeFile], { safe: [root] });
  return tracked.code === 0 ? "tracked" : "own";
}

/**
 * Selects the untracked files of the project that are copied into its sessions: those that match the patterns, inside the root,
 * regular files, no link followed, none of cowork's or git's own. They may be ignored or not.
 *
 * @throws GIT_FAILED
 */
export async function planCarry(ctx: Context, root: string, options: CarryOptions): Promise<CarryPlan> {
  const patterns = options.copy.filter((pattern) => pattern.trim() !== "").map((pattern) => `--exclude=${pattern}`);
  if (options.include && (await readInclude(ctx, root)) !== "none")
    patterns.push(`--exclude-from=${join(root, includeFile)}`);
  if (patterns.length === 0) return { files: [], notes: [] };
  // git reads the patterns in its usual way, and does not follow links.
  const list = await hostGitOk(ctx, ["-C", root, "ls-files", "-z", "--others", "--ignored", ...patterns], {
    safe: [root],
    what: "Listing the files to copy",
    maxOutput: 1 << 28,
  });
  const plan: CarryPlan = { files: [], notes: [] };
  for (const path of [...new Set(list.split("\0"))].toSorted()) {
    if (path === "" || path === ".cowork" || path.startsWith(".cowork/")) continue;
    const why = await whyNot(root, path);
    if (why === undefined) plan.files.push(path);
    else plan.notes.push(`${plain(path)} is not copied: ${why}`);
  }
  return plan;
}

async function whyNot(root: string, path: string): Promise<string | undefined> {
  if (path.includes("\ufffd")) return "its name is not UTF-8";
  if (path.endsWith("/")) return "it is a separate git repository";
  const stats = await lstat(join(root, path)).catch(() => undefined);
  if (stats?.isSymbolicLink()) return "it is a link";
  return stats?.isFile() ? undefined : "it is not a regular file";
}

/**
 * Copies planned files into a fresh clone, before any container sees it. Existing files stay, so running it again changes
 * nothing. Modes are kept; the clone's `.git/info/exclude` keeps the files out of `git status`.
 *
 * @returns the files that were copied
 * @throws DISK_FULL, PERMISSION_DENIED
 */
export async function carryFiles(
  ctx: Context,
  root: string,
  clone: string,
  files: readonly string[],
  owner: { uid: number; gid: number },
): Promise<string[]> {
  const carried: string[] = [];
  for (const path of files) {
    ctx.signal.throwIfAborted();
    if (await copyInto(root, clone, path, owner)) carried.push(path);
  }
  await appendExcludes(clone, carried, owner);
  return carried;
}

async function copyInto(
  root: string,
  clone: string,
  path: string,
  owner: { uid: number; gid: number },
): Promise<boolean> {
  const target = join(clone, path);
  let from: OpenFolder | undefined;
  try {
    await ensureParents(clone, path, owner);
    const parent = await openParent(join(root, path), root);
    from = parent.folder;
    const source = from.at(parent.name);
    // It may have been replaced since it was planned.
    if (!(await lstat(source)).isFile()) return false;
    const to = await openParent(target, clone);
    try {
      await copyFile(source, to.folder.at(to.name), constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      await lchown(to.folder.at(to.name), owner.uid, owner.gid);
      return true;
    } finally {
      await to.folder.close();
    }
  } catch (error) {
    // Something exists there already or is in the way, or the source is gone.
    const cause = error instanceof CoworkError ? error.cause : error;
    if (["EEXIST", "ENOENT", "ENOTDIR", "ELOOP"].includes(errorCode(cause) ?? "")) return false;
    throw toCoworkError(error);
  } finally {
    await from?.close();
  }
}

/** Creates missing parent folders of a file, as git would create them. */
export async function ensureParents(clone: string, path: string, owner: { uid: number; gid: number }): Promise<void> {
  const folder = dirname(join(clone, path));
  if (folder === clone || (await pathExists(folder))) return;
  await ensureFolder(folder, { root: clone, mode: 0o755, ...owner });
}
