import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { kill as killProcess, umask as setUmask } from "node:process";
import type { Readable } from "node:stream";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { followLines, openFilesForChild } from "./child-output.ts";
import { errorCode } from "../files/open-folder.ts";
import type { Run, RunOptions, RunResult } from "./process.ts";
import { collect, type Collected } from "./collect.ts";
import { plain } from "../text.ts";

const defaultMaxOutput = 64 * 1024 * 1024;
const defaultGraceMs = 5_000;
/** After SIGKILL, a grandchild in another process group may still hold the pipes. It is not waited for. */
const pipeGraceMs = 1_000;

/**
 * Creates the real `Run`. Every child leads its own process group, so that a timeout or an interrupt also ends its children.
 * @param defaults.env the environment of children without their own; default: this process's
 */
export function createRun(defaults: { env?: Readonly<Record<string, string | undefined>> } = {}): Run {
  return (file, args, options = {}) => run(file, args, { ...defaults, ...options });
}

async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const called = describe(file, args);
  if (options.signal?.aborted) throw interrupted(called);
  const files = await openFilesForChild(options.outputFile);
  const tail =
    files === undefined || options.onLine === undefined ? undefined : followLines(options.outputFile, options.onLine);
  try {
    return await runChild(file, args, options, called, files?.stdio);
  } finally {
    await tail?.finish();
    await files?.close();
  }
}

async function runChild(
  file: string,
  args: readonly string[],
  options: RunOptions,
  called: string,
  files: { stdout: number; stderr: number } | undefined,
): Promise<RunResult> {
  const { cwd, env, uid, gid, input, onLine } = options;
  const { spawn } = await import("node:child_process");
  if (options.signal?.aborted) throw interrupted(called);
  // Not execa: loading it takes longer than all calls of git that most commands make.
  // A child inherits the umask when it is spawned. Nothing else runs in between.
  const mask = options.umask === undefined ? undefined : setUmask(options.umask);
  const child = spawn(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    stdio: [input === undefined ? "ignore" : "pipe", files?.stdout ?? "pipe", files?.stderr ?? "pipe"],
    detached: true,
  });
  if (mask !== undefined) setUmask(mask);
  const ending = createEnding(child, options, called);
  const keep = (stream: Readable | null, name: "stdout" | "stderr"): Collected =>
    collect(stream ?? undefined, {
      maxBytes: options.maxOutput ?? defaultMaxOutput,
      onLine: onLine && ((line) => onLine(line, name)),
      onTooMuch: (bytes) =>
        ending.end(new CoworkError("OUTPUT_TOO_LARGE", `${called} printed more than ${bytes} bytes.`)),
    });
  const stdout = keep(child.stdout, "stdout");
  const stderr = keep(child.stderr, "stderr");
  // A child may exit before it has read all its input.
  child.stdin?.on("error", () => undefined);
  if (input instanceof Promise)
    input.then(
      (text) => child.stdin?.end(text),
      () => child.stdin?.end(),
    );
  else child.stdin?.end(input);
  try {
    const code = await ended(child);
    if (ending.reason !== undefined) throw ending.reason;
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    throw error instanceof CoworkError ? error : await spawnError(error, file, called, cwd);
  } finally {
    ending.settle();
  }
}

/** Resolves with the exit code when the child has ended and its pipes are closed. Rejects if it could not be started. */
async function ended(child: ChildProcess): Promise<number> {
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...result) => resolve(result));
  });
  return code ?? 128 + constants.signals[signal ?? "SIGKILL"];
}

interface Ending {
  reason: CoworkError | undefined;
  end(reason: CoworkError): void;
  settle(): void;
}

/** Ends a child early: on a timeout, an interrupt or too much output. The first reason counts. */
function createEnding(child: ChildProcess, options: RunOptions, called: string): Ending {
  const timers: NodeJS.Timeout[] = [];
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      killProcess(-child.pid, signal);
    } catch {
      // It has already ended.
    }
  };
  const ending: Ending = {
    reason: undefined,
    end(reason) {
      if (ending.reason !== undefined) return;
      ending.reason = reason;
      kill("SIGTERM");
      const grace = options.graceMs ?? defaultGraceMs;
      timers.push(setTimeout(() => kill("SIGKILL"), grace));
      timers.push(
        setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), grace + pipeGraceMs),
      );
    },
    settle() {
      for (const timer of timers) clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      // Kill processes of the group that ignored SIGTERM and outlived the child.
      if (ending.reason !== undefined) kill("SIGKILL");
    },
  };
  const onAbort = (): void => ending.end(interrupted(called));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.timeoutMs !== undefined) {
    const { timeoutMs } = options;
    timers.push(setTimeout(() => ending.end(timedOut(called, timeoutMs)), timeoutMs));
  }
  return ending;
}

/** For messages: the program and its first word, not all arguments, because they may contain secrets. */
function describe(file: string, args: readonly string[]): string {
  const word = args.find((arg) => /^[a-z][a-z-]*$/.test(arg));
  return plain(word === undefined ? basename(file) : `${basename(file)} ${word}`);
}

function interrupted(called: string): CoworkError {
  return new CoworkError("INTERRUPTED", `${called} was interrupted.`);
}

function timedOut(called: string, milliseconds: number): CoworkError {
  return new CoworkError("TIMEOUT", `${called} did not end within ${milliseconds / 1000} seconds.`);
}

async function spawnError(cause: unknown, file: string, called: string, cwd: string | undefined): Promise<CoworkError> {
  const code = errorCode(cause);
  if (
    cwd !== undefined &&
    !(await stat(cwd).then(
      (stats) => stats.isDirectory(),
      () => false,
    ))
  ) {
    return new CoworkError("INTERNAL", `${called} cannot start: ${plain(cwd)} is not a folder.`, { cause });
  }
  // If a folder on the PATH is not readable, a missing program causes EACCES instead of ENOENT.
  if (code === "ENOENT" || (code === "EACCES" && !file.includes("/"))) {
    const hint = `install ${plain(basename(file))} or add it to the PATH, then run the same command again`;
    return new CoworkError("PROGRAM_MISSING", `${plain(basename(file))} is not installed on this machine.`, {
      hint,
      cause,
    });
  }
  if (code === "EACCES") return new CoworkError("PERMISSION_DENIED", `${plain(file)} is not executable.`, { cause });
  return toCoworkError(cause);
}
