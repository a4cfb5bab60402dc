import { join, resolve } from "node:path";
import type { Source } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { pathExists } from "../system/files/files.ts";

/** The repository with this root on this machine; undefined if it is gone. */
export async function projectSource(ctx: Context, root: string): Promise<Source | undefined> {
  if (!(await pathExists(root))) return undefined;
  const env = { ...ctx.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
  const args = ["-c", `safe.directory=${root}`, "-C", root, "rev-parse", "--git-common-dir"];
  const { code, stdout } = await ctx.run("git", args, { env, timeoutMs: 10_000 });
  if (code !== 0) return undefined;
  const gitDir = resolve(root, stdout.trimEnd());
  return (await pathExists(join(gitDir, "objects"))) ? { kind: "repository", root, gitDir } : undefined;
}
