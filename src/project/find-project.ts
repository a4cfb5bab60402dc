import { basename, relative } from "node:path";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { findPlace, type FindContext, type Place } from "./find-place.ts";
import type { Tree, Project } from "./types.ts";
import { getFromGit, tryGit, type GitContext } from "./git.ts";
import { cleanOrigin } from "../system/remote-url.ts";

/**
 * Finds the project of a folder. In a linked worktree only HEAD, the start point, is the worktree's own.
 * @throws NOT_A_PROJECT, PROJECT_EMPTY, GIT_MISSING, GIT_FAILED, CONFIG_FILE_CORRUPT, CONFIG_VALUE_INVALID
 */
export async function findProject(ctx: FindContext, cwd: string): Promise<Project> {
  return await readProject(ctx, await findPlace(ctx, cwd));
}

/** @throws PROJECT_EMPTY, GIT_FAILED, CONFIG_FILE_CORRUPT */
export async function readProject(ctx: FindContext, place: Place): Promise<Project> {
  const { tree, name, confFile, insideSession } = place;
  const [rootCommit, origin, own, confTracked] = await Promise.all([
    findRootCommit(ctx, tree),
    readOrigin(ctx, tree.worktree),
    readOwnSettings(ctx, tree.worktree),
    isConfTracked(ctx, place),
  ]);
  return {
    facts: {
      name,
      root: tree.root,
      folder: basename(tree.root) || "project",
      rootCommit,
      origin: origin.url,
      originHadCredentials: origin.hadCredentials,
      gitIdentity: own.identity,
      confTracked,
    },
    source: { kind: "repository", root: tree.root, gitDir: tree.gitDir },
    confFile,
    worktree: tree.worktree,
    ...(insideSession === undefined ? {} : { insideSession }),
    notes: [...tree.notes, ...origin.notes, ...own.notes],
  };
}

/** Whether git tracks the project's `.cowork.conf`. @throws GIT_FAILED */
export async function isConfTracked(ctx: GitContext, { tree, confFile }: Place): Promise<boolean> {
  return (await getFromGit(ctx, tree.root, ["ls-files", "-z", "--", relative(tree.root, confFile)])) !== "";
}

/**
 * The first commit of the project's main branch, independent of what is checked out. Follows first parents only, which is fast
 * in a long history and ignores merged histories of other projects. In a shallow repository it is the oldest commit present.
 */
export async function findRootCommit(ctx: GitContext, tree: Tree): Promise<string> {
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
  throw new CoworkError("PROJECT_EMPTY", `${plain(tree.root)} has no commits, so a session cannot start.`, {
    hint,
  });
}

async function readOrigin(
  ctx: GitContext,
  cwd: string,
): Promise<{ url: string | undefined; hadCredentials: boolean; notes: string[] }> {
  // The URL after the user's `url.….insteadOf`, which a clone inside a container does not have.
  const url = await tryGit(ctx, cwd, ["remote", "get-url", "origin"]);
  if (url === undefined) return { url: undefined, hadCredentials: false, notes: [] };
  const used = cleanOrigin(url);
  // `insteadOf` may point to a copy on this machine. Then the URL in the repository's configuration is used, unless it is local, too.
  const written = used.isLocal ? await tryGit(ctx, cwd, ["config", "-z", "--get-all", "remote.origin.url"]) : undefined;
  const literal = written === undefined ? used : cleanOrigin(written.split("\0")[0] ?? "");
  const origin = literal.isLocal ? used : literal;
  const notes = origin.isLocal ? ["the project's origin is a path on this machine, so sessions have no origin"] : [];
  return { url: origin.url, hadCredentials: origin.hadCredentials, notes };
}

/** Reads the git identity, and whether the working tree is a sparse checkout. */
async function readOwnSettings(
  ctx: GitContext,
  cwd: string,
): Promise<{ identity: { name: string | undefined; email: string | undefined }; notes: string[] }> {
  const keys = String.raw`^(user\.(name|email)|core\.sparsecheckout)$`;
  const found = (await tryGit(ctx, cwd, ["config", "-z", "--get-regexp", keys])) ?? "";
  // Each entry is key, newline, value. The last entry of a key counts. A key without a value means true.
  const values = new Map(
    found.split("\0").map((entry) => {
      const [key = "", value = "true"] = entry.split(/\n(.*)/s, 2);
      return [key, value];
    }),
  );
  const read = (key: string): string | undefined => (values.get(key)?.trim() ? values.get(key) : undefined);
  const isSparse = /^(true|yes|on|[1-9]\d*)$/i.test(values.get("core.sparsecheckout") ?? "");
  return {
    identity: { name: read("user.name"), email: read("user.email") },
    notes: isSparse ? ["the project is a sparse checkout, but sessions have all files"] : [],
  };
}
