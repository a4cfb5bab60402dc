import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { RunOptions, RunResult } from "../../system/process/process.ts";
import { plain } from "../../system/text.ts";

/** Processes of git that run side by side: how many refs and objects a session has is up to it. */
export const gitsAtOnce = 8;

type GitContext = Pick<Context, "run" | "env" | "signal" | "paths">;

/** Git's own variables about where git and its settings are; every other `GIT_…` variable selects a repository. */
const kept = new Set([
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_SSH_VARIANT",
  "GIT_ASKPASS",
  "GIT_EXEC_PATH",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_PROXY_COMMAND",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
]);

/** Configuration as environment variables, which no repository can override, starting with the next free `GIT_CONFIG_KEY_n`. */
export function configVariables(
  config: readonly (readonly [key: string, value: string])[],
  env: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const before = Number.parseInt(env["GIT_CONFIG_COUNT"] ?? "0", 10) || 0;
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(before + config.length) };
  for (let n = 0; n < before; n++) {
    variables[`GIT_CONFIG_KEY_${n}`] = env[`GIT_CONFIG_KEY_${n}`] ?? "";
    variables[`GIT_CONFIG_VALUE_${n}`] = env[`GIT_CONFIG_VALUE_${n}`] ?? "";
  }
  config.forEach(([key, value], n) => {
    variables[`GIT_CONFIG_KEY_${before + n}`] = key;
    variables[`GIT_CONFIG_VALUE_${before + n}`] = value;
  });
  return variables;
}

/**
 * The environment for git on the host: the caller's, without variables that select a repository (cowork may be called from a
 * hook or an alias), without prompts, in English, and with `safe.directory` for exactly the paths given, because root on the host
 * works with projects and clones of other owners.
 */
export function hostGitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  safe: readonly string[],
  config: readonly (readonly [key: string, value: string])[] = [],
): Record<string, string | undefined> {
  const own = Object.entries(env).filter(([name]) => !name.startsWith("GIT_") || kept.has(name));
  return {
    ...Object.fromEntries(own),
    ...configVariables([...safe.map((path) => ["safe.directory", path] as const), ...config], env),
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C.UTF-8",
  };
}

/**
 * Ignores what is configured on this machine: line ends, filters, attributes and the like. For files that a container's git will
 * read afterwards, which knows only the repository's settings.
 */
const unconfigured: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_ATTR_NOSYSTEM: "1",
};
const unconfiguredFiles: [string, string][] = [
  ["core.attributesFile", "/dev/null"],
  ["core.excludesFile", "/dev/null"],
];

export interface HostGitOptions extends Omit<RunOptions, "env"> {
  /** without the user's and the system's configuration */
  isolated?: boolean;
  /** paths whose owner does not matter */
  safe?: readonly string[];
  /** configuration that takes precedence over every file */
  config?: readonly (readonly [key: string, value: string])[];
  extraEnv?: Readonly<Record<string, string>>;
}

/**
 * Runs git on the host, in the user's own project or in a clone that no container has seen yet: never in a clone that a
 * container writes to. Returns the result whatever its exit code. Throws GIT_MISSING, TIMEOUT, INTERRUPTED.
 */
export async function hostGit(
  ctx: GitContext,
  args: readonly string[],
  options: HostGitOptions = {},
): Promise<RunResult> {
  const { safe = [], config = [], extraEnv = {}, isolated = false, ...rest } = options;
  // `git -c` of the caller arrives as variables, too.
  const own = isolated ? { ...ctx.env, GIT_CONFIG_COUNT: undefined } : ctx.env;
  const env = {
    ...hostGitEnvironment(own, safe, isolated ? [...unconfiguredFiles, ...config] : config),
    ...(isolated ? unconfigured : {}),
    ...extraEnv,
  };
  try {
    return await ctx.run("git", args, { signal: ctx.signal, ...rest, env });
  } catch (error) {
    if (error instanceof CoworkError && error.code === "PROGRAM_MISSING") {
      throw new CoworkError("GIT_MISSING", "git is not installed on this machine.", {
        hint: "install git, then run the same command again",
        cause: error,
      });
    }
    throw error;
  }
}

/** Like `hostGit`, but a failure throws GIT_FAILED with git's reason. */
export async function hostGitOk(
  ctx: GitContext,
  args: readonly string[],
  options: HostGitOptions & { what: string },
): Promise<string> {
  const { what, ...rest } = options;
  const result = await hostGit(ctx, args, rest);
  if (result.code !== 0) throw gitFailed(what, result);
  return result.stdout;
}

/** Like `hostGitOk`, with stdout as bytes, because names of refs and files need not be UTF-8. */
export async function hostGitBytes(
  ctx: GitContext,
  args: readonly string[],
  options: HostGitOptions & { what: string },
): Promise<Buffer> {
  // The run function returns text. Its file output is exact, but contains stderr too; git prints none for these commands.
  const folder = join(ctx.paths.stateRoot, ".tmp");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `git-${randomBytes(8).toString("hex")}`);
  const { what, ...rest } = options;
  try {
    await (await open(file, "wx", 0o600)).close();
    const result = await hostGit(ctx, args, { ...rest, outputFile: file });
    const bytes = await readFile(file);
    if (result.code !== 0) throw gitFailed(what, { ...result, stderr: bytes.toString("utf8") });
    return bytes;
  } finally {
    await rm(file, { force: true });
  }
}

export function gitFailed(what: string, result: { code: number; stderr: string }): CoworkError {
  const reason = reasonIn(result.stderr) ?? `it exited with code ${result.code}`;
  // git does not report why it could not write a file; for a folder without write permission it reports `Permission denied`.
  const full = /No space left on device|Disk quota exceeded|unable to write file|write error/i;
  if (full.test(result.stderr) && !/Permission denied|Read-only/i.test(result.stderr)) {
    const hint = "free some space, then run the same command again";
    return new CoworkError("DISK_FULL", `${what} failed: no space is left on the disk.`, {
      hint,
      detail: result.stderr,
    });
  }
  const hint = /git-lfs\b.*not found|cannot (?:run|exec) '?git-lfs|'lfs' is not a git command/i.test(result.stderr)
    ? "install git-lfs, which your git configuration uses: https://git-lfs.com"
    : undefined;
  return new CoworkError("GIT_FAILED", `${what} failed: ${plain(reason).slice(0, 400)}`, {
    detail: result.stderr,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Messages of git and its helpers that only follow from another failure. */
const consequence =
  /hung up unexpectedly|early EOF|(?:index-pack|pack-objects|unpack-objects)\b.* (?:died|failed|output)|filter '.*' failed|filter-process' failed|adding files failed|unable to index file|Could not read from remote/i;

/** git's last message; if that is only a consequence, the message of the cause before it as well. */
function reasonIn(stderr: string): string | undefined {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== "" && !/^(?:hint|warning):/.test(line));
  const last = lines.findLast((line) => /^(?:fatal|error):/.test(line)) ?? lines.at(-1);
  if (last === undefined || !consequence.test(last)) return last;
  const cause = lines.find((line) => !consequence.test(line));
  return cause === undefined ? last : `${cause} (${last.replace(/^(?:fatal|error): /, "")})`;
}
