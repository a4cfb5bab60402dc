import type { Tree } from "./types.ts";
import { realpath } from "node:fs/promises";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { askGit, getFromGit, type GitContext } from "./git.ts";
import { findPlainTree, type PlainContext } from "./plain-tree.ts";

/** Finds the working tree of a folder. @throws NOT_A_PROJECT with the reason, GIT_MISSING, GIT_FAILED */
export async function findTree(ctx: GitContext & PlainContext, cwd: string): Promise<Tree> {
  return findPlainTree(ctx, cwd) ?? (await askForTree(ctx, cwd)) ?? (await findAnyTree(ctx, cwd));
}

/**
 * Finds a main working tree with a single call of git. Undefined for other trees, for paths with a newline, and if git is older
 * than 2.31.
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
  const toWorkingTree = "`cd` into a working tree of it, or `git clone` it, then run the same command there";
  if (insideGitDir && !bare)
    throw notAProject(`${plain(cwd)} is inside the .git folder of a repository.`, "`cd ..` out of it");
  if (bare) throw notAProject(`${plain(cwd)} is a bare repository without a working tree.`, toWorkingTree);
  const worktree = await getPath(ctx, cwd, ["rev-parse", "--show-toplevel"]);
  const [gitDir, ownGitDir] = await Promise.all([
    getPath(ctx, worktree, ["rev-parse", "--git-common-dir"], worktree),
    getPath(ctx, worktree, ["rev-parse", "--absolute-git-dir"], worktree),
  ]);
  const notes = shallow ? ["the project is a shallow clone, so sessions have the same limited history"] : [];
  if (ownGitDir === gitDir) return { root: worktree, worktree, gitDir, notes };
  const main = await findMainTree(ctx, worktree);
  if (main !== undefined) return { root: main, worktree, gitDir, notes };
  return {
    root: worktree,
    worktree,
    gitDir,
    notes: [...notes, "the repository has no main working tree, so this worktree is used as the project"],
  };
}

/** The first entry of `git worktree list` is the main tree. Paths are printed unquoted, with any newlines. */
async function findMainTree(ctx: GitContext, worktree: string): Promise<string | undefined> {
  const list = await getFromGit(ctx, worktree, ["worktree", "list", "--porcelain"]);
  const path = /^worktree (.*?)\nHEAD [0-9a-f]+\n/s.exec(list)?.[1];
  if (path === undefined) return undefined;
  // With --separate-git-dir git prints the git dir, which is not a working tree.
  const top = await askGit(ctx, path, ["rev-parse", "--show-toplevel"]).catch(() => undefined);
  const real = await realpath(path).catch(() => undefined);
  return top?.code === 0 && real !== undefined && top.stdout.replace(/\n$/, "") === real ? real : undefined;
}

async function getPath(ctx: GitContext, cwd: string, args: readonly string[], base?: string): Promise<string> {
  const answer = await getFromGit(ctx, cwd, args);
  const path = answer.startsWith("/") || base === undefined ? answer : `${base}/${answer}`;
  return realpath(path).catch((cause: unknown) => {
    const message = `git reports the folder ${plain(path)}, which does not exist. Its name may not be valid UTF-8.`;
    throw notAProject(message, "rename the folder, then run the same command again", cause);
  });
}

function explain(cwd: string, stderr: string): CoworkError {
  const where = plain(cwd);
  if (/dubious ownership/.test(stderr)) {
    const hint = `git config --global --add safe.directory '${where}'`;
    return notAProject(`${where} belongs to another user, so git does not trust it.`, hint);
  }
  if (/not a git repository/.test(stderr)) {
    const hint =
      "`cd` into your project, or make this folder a repository: `git init && git add . && git commit --allow-empty -m start`";
    return notAProject(`${where} is not inside a git repository.`, hint);
  }
  return new CoworkError("GIT_FAILED", `git cannot read the repository at ${where}: ${plain(stderr)}`, {
    detail: stderr,
  });
}

export function notAProject(message: string, hint: string, cause?: unknown): CoworkError {
  return new CoworkError("NOT_A_PROJECT", message, { hint, ...(cause === undefined ? {} : { cause }) });
}
