import { availableParallelism, homedir, userInfo } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";
import { isBuilt } from "../../version.ts";
import type { Caller } from "./caller.ts";

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * The running process as a caller. Takes over its signals: the first one asks for an orderly end, a second Ctrl-C (or the
 * same again) ends at once, unless it is `patient`. A closed stdout (`cowork list | head -1`) is no error.
 */
export function processCaller(options: { patient?: boolean } = {}): Caller {
  const controller = new AbortController();
  let code: number | undefined;
  for (const [name, value] of Object.entries(codes)) {
    process.on(name, () => {
      // Somebody who asks twice wants out now, whatever is half done; the next command completes it.
      if (code !== undefined && options.patient !== true) leaveAtOnce(value);
      code = value;
      controller.abort(new CoworkError("INTERRUPTED", "Interrupted."));
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  // Modes are always asked for explicitly; a strict umask must not make what is mounted into containers unreadable there.
  const umask = process.umask(0o022);
  return {
    umask,
    env: environment(),
    cwd: currentFolder,
    streams: process,
    identity: () => ({ ...identity(), homedir: homedir() }),
    node: { path: process.execPath, version: process.versions.node },
    self: selfCommand(),
    program: ownProgram(),
    cpus: availableParallelism(),
    signal: controller.signal,
    signalCode: () => code,
  };
}

/** Inside a session `COWORK_PROJECT` tells which project that one is of, and not what projects inside are called. */
function environment(): Record<string, string | undefined> {
  const { COWORK_PROJECT, ...others } = process.env;
  return process.env["COWORK_SESSION"] === undefined ? { ...others, COWORK_PROJECT } : others;
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const hint = "cd to your project's folder";
    throw new CoworkError("NOT_A_PROJECT", "The current folder does not exist any more.", { hint, cause });
  }
}

/**
 * Not through the file's first line: that looks for a Node on a PATH which may be another one by then (in tmux's server, say).
 * And not `node file`: below a package.json that says "module" it would be taken for one.
 */
function selfCommand(): [string, ...string[]] {
  const { execPath, argv } = process;
  if (!isBuilt()) return [execPath, resolve(argv[1] ?? "cowork")];
  // Not the unpacked program: tmux remembers how to call it for longer than `doctor` may leave that there.
  return [execPath, "--input-type=commonjs", "-e", "require(process.argv[1])", "--", resolve(argv[2] ?? "cowork")];
}

/** The folder that the program lies in has its hash for a name (`src/unpack.ts`). */
function ownProgram(): { file: string; hash: string } | undefined {
  if (!isBuilt()) return undefined;
  const [, main = "", file = "cowork"] = process.argv;
  return { file: resolve(file), hash: basename(dirname(main)) };
}

function identity(): { uid: number; gid: number; username: string } {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  try {
    return { uid, gid, username: userInfo().username };
  } catch {
    // A uid without an entry in the password file, as in many containers.
    return { uid, gid, username: String(uid) };
  }
}

function leaveAtOnce(code: number): never {
  // The live progress hides the cursor; nobody else will bring it back now.
  if (process.stderr.isTTY) process.stderr.write("\u001B[?25h");
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  // oxlint-disable-next-line unicorn/no-process-exit -- the orderly way has been asked for and was not fast enough
  process.exit(code);
}
