import { realpath } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { readConf, readUserConf } from "../config/read.ts";
import { getKey, parseValue } from "../config/keys.ts";
import { resolveKey } from "../config/resolve.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { readTextFile } from "../system/files.ts";
import { projectName } from "../system/names.ts";
import { plain } from "../system/text.ts";
import { getFromGit, tryGit, type GitContext } from "./git.ts";
import { findTree, notAProject, type Tree } from "./find-tree.ts";
import { cleanOrigin } from "./origin.ts";
import type { Project } from "./types.ts";

type FindContext = GitContext & Pick<Context, "paths">;

/**
 * The project of a folder. In a linked worktree it is the repository of the main working tree, and only the start point's
 * HEAD is the worktree's. Inside a session's clone it is that session's project, and git is not asked in the clone.
 * @throws NOT_A_PROJECT, PROJECT_EMPTY, GIT_MISSING, GIT_FAILED, CONFIG_FILE_CORRUPT, CONFIG_VALUE_INVALID
 */
export async function findProject(ctx: FindContext, cwd: string): Promise<Project> {
  const folder = await realpath(cwd).catch((cause: unknown) => {
    throw notAProject(
      `${plain(cwd)} cannot be entered.`,
      "`cd` into your project, then run the same command again",
      cause,
    );
  });
  const insideSession = await findSession(ctx, folder);
  const tree = await findTree(ctx, insideSession?.projectRoot ?? folder);
  const confFile = confFileOf(tree.root);
  const [rootCommit, name, origin, identity, tracked] = await Promise.all([
    findRootCommit(ctx, tree),
    readName(ctx, tree.root, confFile),
    readOrigin(ctx, tree.worktree),
    readIdentity(ctx, tree.worktree),
    getFromGit(ctx, tree.root, ["ls-files", "-z", "--", relative(tree.root, confFile)]),
  ]);
  return {
    facts: {
      name,
      root: tree.root,
      folder: basename(tree.root) || "project",
      rootCommit,
      origin: origin.url,
      originHadCredentials: origin.hadCredentials,
      gitIdentity: identity,
      confTracked: tracked !== "",
    },
    source: { kind: "repository", root: tree.root, gitDir: tree.gitDir },
    confFile,
    worktree: tree.worktree,
    ...(insideSession === undefined ? {} : { insideSession: insideSession.id }),
    notes: [...tree.notes, ...origin.notes],
  };
}

/** Where a project's conf is, or would be. */
export function confFileOf(root: string): string {
  return join(root, ".cowork", ".cowork.conf");
}

/** Looks only at the record: in a clone nothing of git runs on the host. */
async function findSession(ctx: FindContext, folder: string): Promise<{ id: string; projectRoot: string } | undefined> {
  const sessions = await realpath(ctx.paths.sessions).catch(() => undefined);
  if (sessions === undefined) return undefined;
  const [id, ...rest] = relative(sessions, folder).split(sep);
  if (id === undefined || id === ".." || (id === "" && rest.length === 0 && folder !== sessions)) return undefined;
  const hint = "`cd` into your project, then run the same command again";
  if (id === "" || id.startsWith(".")) throw notAProject(`${plain(folder)} belongs to cowork and is no project.`, hint);
  const projectRoot = await readProjectRoot(ctx.paths.record(id));
  if (projectRoot === undefined) {
    throw notAProject(
      `This is the clone of session ${plain(id)}, and its record does not say which project it belongs to.`,
      hint,
    );
  }
  const found = await realpath(projectRoot).catch(() => undefined);
  if (found === undefined) {
    throw notAProject(
      `This is the clone of session ${plain(id)}, whose project is no longer at ${plain(projectRoot)}.`,
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

/**
 * The first commit of the project's main line, whatever is checked out now. Only first parents are followed: quick also
 * in a long history, and a merged-in foreign history changes nothing. In a shallow repository it is where history was cut.
 */
async function findRootCommit(ctx: GitContext, tree: Tree): Promise<string> {
  const lines = ["refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"];
  const refs = await getFromGit(ctx, tree.worktree, ["for-each-ref", "--format=%(refname) %(objectname)", ...lines]);
  const tips = new Map(refs.split("\n").map((line) => line.split(" ") as [string, string]));
  const tip = lines.map((line) => tips.get(line)).find((commit) => commit !== undefined) ?? "HEAD";
  const firstOf = async (...from: string[]): Promise<string> =>
    (await tryGit(ctx, tree.worktree, [
      "rev-list",
      "--first-parent",
      "--max-parents=0",
      "--max-count=1",
      ...from,
      "--",
    ])) ?? "";
  const found = (await firstOf(tip)) || (await firstOf("--all"));
  if (found !== "") return found;
  const hint = 'make a first commit: `git add . && git commit -m "First commit"`';
  throw new CoworkError("PROJECT_EMPTY", `${plain(tree.root)} has no commit that a session could start from.`, {
    hint,
  });
}

async function readName(ctx: FindContext, root: string, confFile: string): Promise<string> {
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
  const { value, file } = resolveKey(key, sources);
  return parseValue(key, value, file ?? "the variable COWORK_PROJECT").project ?? projectName(basename(root));
}

async function readOrigin(
  ctx: GitContext,
  cwd: string,
): Promise<{ url: string | undefined; hadCredentials: boolean; notes: string[] }> {
  // As git would use it: a clone inside a container does not have the user's `url.….insteadOf`.
  const url = await tryGit(ctx, cwd, ["remote", "get-url", "origin"]);
  if (url === undefined) return { url: undefined, hadCredentials: false, notes: [] };
  const origin = cleanOrigin(url);
  const notes = origin.isLocal ? ["the project's origin is a path on this machine; sessions get no origin"] : [];
  return { url: origin.url, hadCredentials: origin.hadCredentials, notes };
}

async function readIdentity(
  ctx: GitContext,
  cwd: string,
): Promise<{ name: string | undefined; email: string | undefined }> {
  const read = async (key: string): Promise<string | undefined> => {
    const value = await tryGit(ctx, cwd, ["config", "--get", key]);
    return value === undefined || value.trim() === "" ? undefined : value;
  };
  const [name, email] = await Promise.all([read("user.name"), read("user.email")]);
  return { name, email };
}
