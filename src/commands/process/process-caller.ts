import { availableParallelism, homedir, userInfo } from "node:os";
import { CoworkError } from "../../errors.ts";
import type { Caller } from "./caller.ts";
import { ownProgram, selfCommand } from "./own-program.ts";
import { processSignals } from "./process-signals.ts";

/**
 * The running process as a caller. Takes over its signals (`processSignals`). A closed stdout (`cowork list | head -1`) is not an
 * error.
 */
export function processCaller(options: { patient?: boolean } = {}): Caller {
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
    ...processSignals(options),
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

function identity(): { uid: number; gid: number; username: string } {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  try {
    return { uid, gid, username: userInfo().username };
  } catch {
    // A uid without an entry in the password file, as in many containers.
    return { uid, gid, username: String(uid) };
  }
}
