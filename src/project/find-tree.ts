import type { Tree } from "./types.ts";
import { realpath } from "node:fs/promises";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { askGit, getFromGit, type GitContext } from "./git.ts";
import { findPlainTree, type PlainContext } from "./plain-tree.ts";

/** @throws NOT_A_PROJECT saying why, GIT_MISSING, GIT_FAILED */
export async function findTree(ctx: GitContext & PlainContext, cwd: string): Promise<Tree> {
  return findPlainTree(ctx, cwd) ?? (await askForTree(ctx, cwd)) ?? (await findAnyTree(ctx, cwd));
}

/**
 * A main working tree takes one question. Undefined where git says anything else, or a path holds a line end,
 * or git is older than 2.31.
 */
async function askForTree(ctx: GitContext, cwd: string): Promise<Tree | undefined> {
  const what = ["--is-bare-repository", "--is-shallow-repository", "--show-toplevel", "--git-common-dir"];
  const args = ["rev-parse", "--path-format=absolute", ...what, "--absolute-git-dir"];
  const { code, stdout } = await askGit(ctx, cwd, args);
  const [bare, shallow, worktree, gitDir, ownGitDir, ...rest] = stdout.split("\n");
  const isPlain = code === 0 && bare === "false" && shallow === "false" && rest.join() === "" && ownGitDir === gitDir;
  if (!isPlain || !worktree?.startsWith("/") || !gitDir?.startsWith("/")) return undefined;
  const real = await Promise.all([realpath(worktree), realpath(gitDir)]).catch(() => undefined);
  return real && { root: real[0], worktree: real[0], gitDir: real[1], notes: [] };
}

async function findAnyTree(ctx: GitContext, cwd: string): Promise<Tree> {
  const kind = await askGit(ctx, cwd, [
    "rev-parse",
    "--is-bare-repository",
    "--is-inside-git-dir",
    "--is-shallow-repository",
  ]);
  if (kind.code !== 0) throw explain(cwd, kind.stderr);
  const [bare, insideGitDir, shallow] = kind.stdout.split("\n").map((line) => line === "true");
  const toWorkingTree = "`cd` into a working tree of it, or clone it: `git clone`, then run the same command there";
  if (insideGitDir && !bare)
    throw notAProject(`${plain(cwd)} is inside the .git folder of a repository.`, "`cd ..` out of it");
  if (bare) throw notAProject(`${plain(cwd)} is a bare repository: it has no files to work on.`, toWorkingTree);
  const worktree = await getPath(ctx, cwd, ["rev-parse", "--show-toplevel"]);
  const [gitDir, ownGitDir] = await Promise.all([
    getPath(ctx, worktree, ["rev-parse", "--git-common-dir"], worktree),
    getPath(ctx, worktree, ["rev-parse", "--absolute-git-dir"], worktree),
  ]);
  const notes = shallow ? ["the project is a shallow clone: sessions get no more history than it has"] : [];
  if (ownGitDir === gitDir) return { root: worktree, worktree, gitDir, notes };
  const main = await findMainTree(ctx, worktree);
  if (main !== undefined) return { root: main, worktree, gitDir, notes };
  return {
    root: worktree,
    worktree,
    gitDir,
    notes: [...notes, "the repository has no main working tree; this worktree counts as the project"],
  };
}

/** The first entry of `git worktree list` is the main one. Paths are printed as they are, line ends included. */
async function findMainTree(ctx: GitContext, worktree: string): Promise<string | undefined> {
  const list = await getFromGit(ctx, worktree, ["worktree", "list", "--porcelain"]);
  const path = /^worktree (.*?)\nHEAD [0-9a-f]+\n/s.exec(list)?.[1];
  if (path === undefined) return undefined;
  // With a git dir elsewhere (--separate-git-dir) git names that one, which is no working tree.
  const top = await askGit(ctx, path, ["rev-parse", "--show-toplevel"]).catch(() => undefined);
  const real = await realpath(path).catch(() => undefined);
  return top?.code === 0 && real !== undefined && top.stdout.replace(/\n$/, "") === real ? real : undefined;
}

async function getPath(ctx: GitContext, cwd: string, args: readonly string[], base?: string): Promise<string> {
  const answer = await getFromGit(ctx, cwd, args);
  const path = answer.startsWith("/") || base === undefined ? answer : `${base}/${answer}`;
  return realpath(path).catch((cause: unknown) => {
    const message = `git names the folder ${plain(path)}, which is not there; its name may be no UTF-8.`;
    throw notAProject(message, "rename the folder, then run the same command again", cause);
  });
}

function explain(cwd: string, stderr: string): CoworkError {
  const where = plain(cwd);
  if (/dubious ownership/.test(stderr)) {
    const hint = `git config --global --add safe.directory '${where}'`;
    return notAProject(`${where} belongs to another user, and git does not trust it.`, hint);
  }
  if (/not a git repository/.test(stderr)) {
    const hint = "`cd` into your project, or make one of this folder: `git init && git add . && git commit -m start`";
    return notAProject(`${where} is not inside a git repository.`, hint);
  }
  return new CoworkError("GIT_FAILED", `git cannot read the repository at ${where}: ${plain(stderr)}`, {
    detail: stderr,
  });
}

export function notAProject(message: string, hint: string, cause?: unknown): CoworkError {
  return new CoworkError("NOT_A_PROJECT", message, { hint, ...(cause === undefined ? {} : { cause }) });
}
