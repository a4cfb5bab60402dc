import { CoworkError } from "../../errors.ts";
import { alternatePath } from "../../clone/git/alternates.ts";
import { configVariables } from "../../clone/git/host-git.ts";
import type { Context } from "../../system/context.ts";
import type { RunResult } from "../../system/process/process.ts";
import { gitMemoryKiB, gitMs, largeFileBytes } from "../limits.ts";

/** A bare repository of ours that borrows the project's objects. What sessions sent is in there, and nothing runs because of it. */
export interface Scratch {
  gitDir: string;
  objectFormat: "sha1" | "sha256";
  /** identifies git's attributes that count, and the version of git: results of other ones are not used */
  key: string;
}

export interface ScratchOptions {
  input?: string | Uint8Array;
  /** a file as input instead */
  inputFile?: string;
  timeoutMs?: number;
  maxOutput?: number;
  outputFile?: { stdout: string; stderr: string };
  /** new objects go to this folder instead */
  objects?: string;
  /** ends git, as the context's signal does */
  signal?: AbortSignal | undefined;
}

/** Folders for new objects in the scratch repository start with this. */
export const temporary = "tmp-objects-";

/** No call of git writes a larger file, in blocks of 512 bytes. */
const maxFileBlocks = 1024 * 1024;

const config = [
  ["core.hooksPath", "/dev/null"],
  ["core.attributesFile", "/dev/null"],
  ["core.excludesFile", "/dev/null"],
  ["core.fsync", "none"],
  ["core.looseCompression", "0"],
  ["core.bigFileThreshold", String(largeFileBytes)],
  ["core.deltaBaseCacheLimit", "32m"],
  ["core.warnAmbiguousRefs", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["pack.threads", "2"],
  ["protocol.allow", "never"],
  ["advice.objectNameWarning", "false"],
] as const;

/**
 * Runs git in the scratch repository: with our configuration only, bounded in time and memory, without a network. Returns the result
 * whatever its exit code.
 * @throws TIMEOUT, OUTPUT_TOO_LARGE, INTERRUPTED, GIT_MISSING
 */
export async function scratchGit(
  ctx: Pick<Context, "run" | "env" | "signal">,
  scratch: Pick<Scratch, "gitDir">,
  args: readonly string[],
  options: ScratchOptions = {},
): Promise<RunResult> {
  const { input, inputFile, timeoutMs = gitMs, maxOutput, outputFile, objects, signal } = options;
  // The limit is not known everywhere; where it is not, the time limit remains.
  const limits = `ulimit -d ${gitMemoryKiB} 2>/dev/null; ulimit -c 0 2>/dev/null; ulimit -f ${maxFileBlocks} 2>/dev/null`;
  const from = inputFile === undefined ? ["", ""] : [' <"$COWORK_INPUT"', inputFile];
  const result = await ctx.run("/bin/sh", ["-c", `${limits}; exec git "$@"${from[0]}`, "git", ...args], {
    env: { ...environment(ctx.env, scratch.gitDir, objects), ...(from[1] === "" ? {} : { COWORK_INPUT: from[1] }) },
    signal: signal === undefined ? ctx.signal : AbortSignal.any([ctx.signal, signal]),
    timeoutMs,
    graceMs: 500,
    ...(input === undefined ? {} : { input }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(outputFile === undefined ? {} : { outputFile }),
  });
  if (result.code !== 127) return result;
  throw new CoworkError("GIT_MISSING", "git is not installed on this machine.", {
    hint: "install git, then run the same command again",
  });
}

function environment(
  env: Readonly<Record<string, string | undefined>>,
  gitDir: string,
  objects: string | undefined,
): Record<string, string> {
  const kept = Object.fromEntries(
    ["PATH", "TMPDIR", "GIT_EXEC_PATH"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  ) as Record<string, string>;
  return {
    ...kept,
    ...configVariables([["safe.directory", "*"], ...config]),
    HOME: "/nonexistent",
    GIT_DIR: gitDir,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_GRAFT_FILE: "/nonexistent",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LITERAL_PATHSPECS: "1",
    LC_ALL: "C",
    ...(objects === undefined
      ? {}
      : { GIT_OBJECT_DIRECTORY: objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: alternatePath(`${gitDir}/objects`) }),
  };
}

/** Is it a full object id? Everything that a session or a file says it is one has to pass this before git gets it. */
export function isOid(text: string, format?: "sha1" | "sha256"): boolean {
  if (format === "sha1") return /^[0-9a-f]{40}$/.test(text);
  return format === "sha256" ? /^[0-9a-f]{64}$/.test(text) : /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}
