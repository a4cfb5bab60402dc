import { realpathSync, statSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { readConf, readUserConf } from "../config/read.ts";
import { getKey, parseValue } from "../config/keys.ts";
import { resolveKey } from "../config/resolve.ts";
import type { Context } from "../system/context.ts";
import { readTextFile } from "../system/files/files.ts";
import { projectName } from "../system/names.ts";
import { plain } from "../system/text.ts";
import { findTree, notAProject } from "./find-tree.ts";
import type { Tree } from "./types.ts";
import type { GitContext } from "./git.ts";
import type { PlainContext } from "./plain-tree.ts";

export type FindContext = GitContext & PlainContext & Pick<Context, "paths">;

/** The place of a folder: what is known of its project without reading the history. */
export interface Place {
  tree: Tree;
  /** `PROJECT`, else the sanitized name of the root folder */
  name: string;
  confFile: string;
  /** id of the session whose clone the folder is in */
  insideSession: string | undefined;
}

/**
 * Finds the project of a folder. In a linked worktree it is the main working tree's. In a session's clone it is that session's
 * project, and git does not run in the clone.
 * @throws NOT_A_PROJECT, GIT_MISSING, GIT_FAILED, CONFIG_FILE_CORRUPT, CONFIG_VALUE_INVALID
 */
export async function findPlace(ctx: FindContext, cwd: string): Promise<Place> {
  const folder = realFolder(cwd);
  const session = await findSession(ctx, folder);
  const tree = await findTree(ctx, session?.projectRoot ?? folder);
  const confFile = confFileOf(tree.root);
  return { tree, confFile, name: await readName(ctx, tree.root, confFile), insideSession: session?.id };
}

function realFolder(cwd: string): string {
  const hint = "`cd` into your project, then run the same command again";
  let folder: string;
  try {
    folder = realpathSync.native(cwd);
  } catch (cause) {
    throw notAProject(`Cannot enter ${plain(cwd)}.`, hint, cause);
  }
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== false) return folder;
  throw notAProject(`${plain(cwd)} is a file, not a folder.`, hint);
}

/** Undefined if the path does not exist. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** The path of a project's `.cowork.conf`, which may not exist. */
export function confFileOf(root: string): string {
  return join(root, ".cowork", ".cowork.conf");
}

/** Id of the session whose clone the folder is in, derived from the path only; undefined outside of clones. */
export function sessionAt(paths: Pick<FindContext["paths"], "sessions">, cwd: string): string | undefined {
  const folder = realPath(cwd);
  const id = folder === undefined ? undefined : firstPart(paths, folder);
  return id === "" || id?.startsWith(".") === true ? undefined : id;
}

/** The folder below `sessions/` that the path is in; empty for `sessions/` itself, undefined outside. */
function firstPart(paths: Pick<FindContext["paths"], "sessions">, folder: string): string | undefined {
  const sessions = realPath(paths.sessions);
  const [id] = sessions === undefined ? [] : relative(sessions, folder).split(sep);
  return id === ".." ? undefined : id;
}

/** Reads only the record: git must not run in a clone on the host. */
async function findSession(ctx: FindContext, folder: string): Promise<{ id: string; projectRoot: string } | undefined> {
  const id = firstPart(ctx.paths, folder);
  if (id === undefined) return undefined;
  const hint = "`cd` into your project, then run the same command again";
  if (id === "" || id.startsWith("."))
    throw notAProject(`${plain(folder)} belongs to cowork and is not a project.`, hint);
  const projectRoot = await readProjectRoot(ctx.paths.record(id));
  if (projectRoot === undefined) {
    throw notAProject(`This is the clone of session ${plain(id)}, but its record does not name a project.`, hint);
  }
  const found = realPath(projectRoot);
  if (found === undefined) {
    throw notAProject(
      `This is the clone of session ${plain(id)}, but its project is no longer at ${plain(projectRoot)}.`,
      hint,
    );
  }
  return { id, projectRoot: found };
}

async function readProjectRoot(record: string): Promise<string | undefined> {
  const text = await readTextFile(record, { maxBytes: 4 * 1024 * 1024 }).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { projectRoot } = JSON.parse(text) as { projectRoot?: unknown };
    return typeof projectRoot === "string" && projectRoot.startsWith("/") ? projectRoot : undefined;
  } catch {
    return undefined;
  }
}

/** The name of the project at a root. @throws CONFIG_FILE_CORRUPT, CONFIG_VALUE_INVALID */
export async function projectNameAt(ctx: Pick<FindContext, "paths" | "env">, root: string): Promise<string> {
  return await readName(ctx, root, confFileOf(root));
}

async function readName(ctx: Pick<FindContext, "paths" | "env">, root: string, confFile: string): Promise<string> {
  const key = getKey("PROJECT");
  const [project, user] = await Promise.all([readConf(confFile), readUserConf(ctx.paths.userConf)]);
  const layer = (file: string, values: Record<string, string> | undefined) => values && { file, values };
  const sources = {
    flags: {},
    env: ctx.env,
    project: layer(confFile, project),
    user: layer(ctx.paths.userConf, user),
    cpus: 1,
  };
  const { value, file, origin } = resolveKey(key, sources);
  return parseValue(key, value, file ?? "the variable COWORK_PROJECT", origin).project ?? projectName(basename(root));
}
