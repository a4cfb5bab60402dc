import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { askGit, type GitContext } from "./git.ts";
import type { Project } from "./types.ts";

/** What in the user's working tree affects the choice of a dev container configuration, although sessions start from commits. */
export interface ConfigSurroundings {
  /** the current folder relative to the working tree, `/`-separated; absent: the root, or outside of the tree */
  within?: string;
  /** configurations that are untracked, ignored or changed; absent: none */
  uncommitted?: string[];
}

/** Checks the usual places in each folder from `cwd` up to the root. Reads no file. */
export async function findConfigs(
  ctx: GitContext,
  { worktree }: Pick<Project, "worktree">,
  cwd: string,
): Promise<ConfigSurroundings> {
  const within = folderWithin(worktree, cwd);
  const paths = foldersUp(within).flatMap((folder) => configsIn(worktree, folder));
  const uncommitted = paths.length === 0 ? [] : await notCommitted(ctx, worktree, paths);
  return { ...(within === "" ? {} : { within }), ...(uncommitted.length === 0 ? {} : { uncommitted }) };
}

function folderWithin(worktree: string, cwd: string): string {
  try {
    const path = relative(realpathSync.native(worktree), realpathSync.native(cwd));
    return path === ".." || path.startsWith(`..${sep}`) ? "" : path.split(sep).join("/");
  } catch {
    return "";
  }
}

/** `a/b` → `a/b`, `a` and the root. */
function foldersUp(folder: string): string[] {
  if (folder === "") return [""];
  const above = posix.dirname(folder);
  return [folder, ...foldersUp(above === "." ? "" : above)];
}

function configsIn(worktree: string, folder: string): string[] {
  const named = namesIn(join(worktree, folder, ".devcontainer")).map(
    (name) => `.devcontainer/${name}/devcontainer.json`,
  );
  const places = [".devcontainer/devcontainer.json", ".devcontainer.json", ...named];
  return places.map((place) => posix.join(folder, place)).filter((path) => isThere(join(worktree, path)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    return !lstatSync(path).isDirectory();
  } catch {
    // It does not exist, or its parent is not a folder.
    return false;
  }
}

/**
 * The paths that git tracks for a path: the path itself, or the first link in it and the link's target. A target outside of the
 * working tree does not count.
 */
function tracedIn(worktree: string, path: string): string[] {
  const parts = path.split("/");
  const link = parts.map((_, n) => parts.slice(0, n + 1).join("/")).find((one) => isLink(join(worktree, one)));
  if (link === undefined) return [path];
  const behind = folderWithin(worktree, join(worktree, path));
  return behind === "" ? [link] : [link, behind];
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** The paths that are not committed as they are; empty if git fails. */
async function notCommitted(ctx: GitContext, worktree: string, paths: string[]): Promise<string[]> {
  const traced = new Map(paths.map((path) => [path, tracedIn(worktree, path)]));
  const exact = [...new Set([...traced.values()].flat())].map((path) => `:(top,literal)${path}`);
  const ask = async (...args: string[]): Promise<Set<string> | undefined> => {
    const { code, stdout } = await askGit(ctx, worktree, [...args, "--", ...exact]);
    return code === 0 ? new Set(stdout.split("\0").filter((path) => path !== "")) : undefined;
  };
  const [tracked, changed] = await Promise.all([
    ask("ls-files", "-z", "--full-name"),
    ask("diff", "--name-only", "-z", "--no-ext-diff", "HEAD"),
  ]);
  return tracked === undefined || changed === undefined
    ? []
    : paths.filter((path) => traced.get(path)?.some((one) => !tracked.has(one) || changed.has(one)));
}
