import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../../system/context.ts";
import { ensureFolder, isAbsent } from "../../../system/files/files.ts";
import { removeTree } from "../../../system/files/tree.ts";
import type { RunResult } from "../../../system/process/process.ts";
import { hostGit, hostGitBytes, hostGitOk, type HostGitOptions } from "../../git/host-git.ts";

/** git in the user's working tree. Nothing of the session's commits runs: no hooks, no file system monitor. */
export interface WorktreeGit {
  folder: string;
  /** prints text; throws GIT_FAILED */
  ok(what: string, args: readonly string[], options?: HostGitOptions): Promise<string>;
  /** prints bytes; throws GIT_FAILED */
  bytes(what: string, args: readonly string[], options?: HostGitOptions): Promise<Buffer>;
  try(args: readonly string[], options?: HostGitOptions): Promise<RunResult>;
  /** The same git with an index of its own, in a temporary file that is removed afterwards. */
  withIndex<T>(start: "copy" | "empty", work: (git: WorktreeGit) => Promise<T>): Promise<T>;
}

const maxOutput = 1 << 28;

export function worktreeGit(ctx: Context, folder: string, index?: string): WorktreeGit {
  const place = ["-C", folder];
  const own = (options: HostGitOptions = {}): HostGitOptions => ({
    safe: [folder],
    maxOutput,
    ...(ctx.umask === undefined ? {} : { umask: ctx.umask }),
    config: [
      ["core.hooksPath", "/dev/null"],
      ["core.fsmonitor", "false"],
      ["core.quotePath", "false"],
      ["submodule.recurse", "false"],
    ],
    extraEnv: index === undefined ? {} : { GIT_INDEX_FILE: index },
    ...options,
  });
  const git: WorktreeGit = {
    folder,
    ok: async (what, args, options) => await hostGitOk(ctx, [...place, ...args], { ...own(options), what }),
    bytes: async (what, args, options) => await hostGitBytes(ctx, [...place, ...args], { ...own(options), what }),
    try: async (args, options) => await hostGit(ctx, [...place, ...args], own(options)),
    withIndex: async (start, work) => {
      const temporary = join(ctx.paths.stateRoot, ".tmp");
      await ensureFolder(temporary, { mode: 0o700 });
      const file = join(temporary, `index-${randomBytes(8).toString("hex")}`);
      try {
        if (start === "copy") await copyIndex(git, file);
        return await work(worktreeGit(ctx, folder, file));
      } finally {
        await removeTree(file);
      }
    },
  };
  return git;
}

async function copyIndex(git: WorktreeGit, file: string): Promise<void> {
  const path = await git.ok("Finding the index", ["rev-parse", "--path-format=absolute", "--git-path", "index"]);
  try {
    await copyFile(path.replace(/\n$/, ""), file);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
