import { availableParallelism, homedir, userInfo } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";
import { isBuilt } from "../../version.ts";
import type { Caller } from "./caller.ts";

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * The running process as a caller. Takes over its signals: the first one asks for an orderly end, a second one ends
 * the process at once, unless it is `patient`. A closed stdout (`cowork list | head -1`) is not an error.
 */
export function processCaller(options: { patient?: boolean } = {}): Caller {
  const controller = new AbortController();
  let code: number | undefined;
  for (const [name, value] of Object.entries(codes)) {
    process.on(name, () => {
      // A second signal means: end now, even if work is half done. The next command completes it.
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
  // File modes are always passed explicitly. A strict umask must not make mounted files unreadable in containers.
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

/** Inside a session, `COWORK_PROJECT` is the session's own project. It must not become the setting PROJECT of projects in there. */
function environment(): Record<string, string | undefined> {
  const { COWORK_PROJECT, ...others } = process.env;
  return process.env["COWORK_SESSION"] === undefined ? { ...others, COWORK_PROJECT } : others;
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const hint = "cd to your project's folder";
    throw new CoworkError("NOT_A_PROJECT", "The current folder no longer exists.", { hint, cause });
  }
}

/**
 * Does not run the file itself: its first line looks for Node on a PATH that may have changed by then (in tmux's server, say).
 * Nor `node file`: below a package.json with `"type": "module"` Node would load it as an ES module.
 */
function selfCommand(): [string, ...string[]] {
  const { execPath, argv } = process;
  if (!isBuilt()) return [execPath, resolve(argv[1] ?? "cowork")];
  // Not the unpacked program: tmux remembers the command for longer than `doctor` keeps that file.
  return [execPath, "--input-type=commonjs", "-e", "require(process.argv[1])", "--", resolve(argv[2] ?? "cowork")];
}

/** The program's folder is named after its hash (`src/unpack.ts`). */
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
  // The live progress hides the cursor, and nothing else shows it again after this.
  if (process.stderr.isTTY) process.stderr.write("\u001B[?25h");
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  // oxlint-disable-next-line unicorn/no-process-exit -- the user asked twice: an orderly end was too slow
  process.exit(code);
}
