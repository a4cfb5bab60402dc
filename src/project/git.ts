import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import type { RunResult } from "../system/process/process.ts";
import { plain } from "../system/text.ts";

export type GitContext = Pick<Context, "run" | "env" | "signal">;

// Variables that point git to another repository than the current folder's. Hooks set them.
export const elsewhere = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
  "GIT_REPLACE_REF_BASE",
  "GIT_INTERNAL_SUPER_PREFIX",
];

const timeoutMs = 120_000;

/**
 * Runs git in the user's own repository, with the user's configuration. Never use it for a clone: configuration that a container
 * wrote could run programs on the host. An exit code other than 0 is returned, not thrown.
 * @throws GIT_MISSING
 */
export async function askGit(
  ctx: GitContext,
  cwd: string,
  args: readonly string[],
  input?: string,
): Promise<RunResult> {
  const env: Record<string, string | undefined> = {
    ...ctx.env,
    ...Object.fromEntries(elsewhere.map((name) => [name, undefined])),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_PAGER: "cat",
    LC_ALL: "C",
  };
  try {
    const options = { cwd, env, timeoutMs, signal: ctx.signal, ...(input === undefined ? {} : { input }) };
    return await ctx.run("git", args, options);
  } catch (error) {
    if (!(error instanceof CoworkError) || error.code !== "PROGRAM_MISSING") throw error;
    const hint =
      "install git (`apt-get install git`, `dnf install git`, `brew install git`), then run the same command again";
    throw new CoworkError("GIT_MISSING", "git is not installed on this machine.", { hint, cause: error });
  }
}

/** git's output without the final newline (only one: names may end with newlines, too); undefined if git failed. */
export async function tryGit(ctx: GitContext, cwd: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await askGit(ctx, cwd, args);
  return code === 0 ? stdout.replace(/\n$/, "") : undefined;
}

/** As `tryGit`, but throws if git fails. @throws GIT_FAILED with git's message */
export async function getFromGit(ctx: GitContext, cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await askGit(ctx, cwd, args);
  if (code === 0) return stdout.replace(/\n$/, "");
  throw new CoworkError(
    "GIT_FAILED",
    `git ${args[0] ?? ""} failed in ${plain(cwd)}: ${plain(stderr) || `code ${code}`}`,
  );
}
