import { accessSync, constants, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "./context.ts";
import { errorCode } from "./files/open-folder.ts";
import { shellWord } from "./shell-word.ts";
import { plain } from "./text.ts";

type Place = Pick<Context, "paths" | "user" | "env">;

/** Folders of the cowork home that the user must be able to use. Deeper folders may belong to a session's user. */
const folders = [
  "",
  "state",
  "state/locks",
  "state/.logs",
  "sessions",
  "auth",
  "lib",
  "cache",
  "images",
  "projects",
  "jobs",
];

/**
 * Finds out why the cowork home cannot be used: it is not a folder, belongs to another user, or is on a read-only file system.
 * Undefined if it can be used. Reads the disk, so call it only after a command failed.
 * @param access for tests, because root may do everything
 */
export function homeProblem({ paths, user, env }: Place, access = accessSync): CoworkError | undefined {
  for (const name of folders) {
    const path = join(paths.home, name);
    const problem = folderProblem(path, name === "", access);
    if (problem === undefined) continue;
    const elsewhere = env["COWORK_HOME"]
      ? "set COWORK_HOME to a folder that you own"
      : "set COWORK_HOME to another folder";
    return explain({ path, home: paths.home, uid: user.uid, elsewhere }, problem);
  }
  return undefined;
}

/** Returns an error that explains the problem of the cowork home, or the given error if the home is not its cause. */
export function withHomeProblem(place: Place, error: CoworkError): CoworkError {
  if (error.code !== "PERMISSION_DENIED" && error.code !== "CONFIG_FILE_CORRUPT" && error.code !== "INTERNAL")
    return error;
  if (!mentions(error, place.paths.home)) return error;
  const problem = homeProblem(place) ?? othersPath(place, error);
  if (problem === undefined) return error;
  const detail = [error.message, error.detail].filter(Boolean).join("\n");
  return new CoworkError(problem.code, problem.message, { hint: problem.hint ?? "", detail, cause: error });
}

/** A container's root can take any folder of its session that is mounted in it. */
function othersPath({ paths, user }: Place, { code, cause }: CoworkError): CoworkError | undefined {
  const { path } = (cause ?? {}) as NodeJS.ErrnoException;
  if (code !== "PERMISSION_DENIED" || typeof path !== "string" || !path.startsWith(`${paths.home}/`)) return undefined;
  const at = nearest(path);
  const owner = ownerOf(at);
  if (owner === undefined || owner === user.uid) return undefined;
  const message = `You cannot read and write ${plain(at)}: it belongs to ${nameOf(owner)}.`;
  return new CoworkError("PERMISSION_DENIED", message, { hint: `sudo chown -R $USER ${shellWord(at)}` });
}

function mentions(error: CoworkError, home: string): boolean {
  const { path } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return (typeof path === "string" && path.startsWith(home)) || error.message.includes(plain(home));
}

interface Problem {
  kind: "no-folder" | "denied" | "read-only" | "cannot-be-made";
  /** the folder, or its nearest parent that exists */
  at: string;
}

/** @param isNeeded a missing folder is a problem if it cannot be created */
function folderProblem(path: string, isNeeded: boolean, access: typeof accessSync): Problem | undefined {
  try {
    if (!statSync(path).isDirectory()) return { kind: "no-folder", at: path };
    access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EROFS") return { kind: "read-only", at: path };
    if (code === "EACCES" || code === "EPERM") return { kind: "denied", at: nearest(path) };
    if (code === "ENOTDIR") return { kind: "no-folder", at: nearest(path) };
    if (code !== "ENOENT") return { kind: "cannot-be-made", at: path };
    if (!isNeeded) return undefined;
    const above = folderProblem(nearest(path), false, access);
    return above === undefined
      ? undefined
      : { kind: above.kind === "denied" ? "cannot-be-made" : above.kind, at: above.at };
  }
}

/** The path itself, or its nearest parent that exists. */
function nearest(path: string): string {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined || dirname(path) === path) return path;
  } catch {
    // Not accessible: the parent shows why.
  }
  return nearest(dirname(path));
}

function explain(
  { path, home, uid, elsewhere }: { path: string; home: string; uid: number; elsewhere: string },
  { kind, at }: Problem,
): CoworkError {
  const owner = ownerOf(at);
  const whose = owner === undefined ? "is not accessible" : `belongs to ${nameOf(owner)}`;
  if (kind === "no-folder") {
    const message = `cowork keeps its data in ${plain(home)}, but ${plain(at)} is not a folder.`;
    const hint = path === home || at !== path ? elsewhere : `move ${shellWord(at)} away, or ${elsewhere}`;
    return new CoworkError("PERMISSION_DENIED", message, { hint });
  }
  if (kind === "read-only") {
    const message = `cowork cannot write in ${plain(at)}: the file system is read-only.`;
    return new CoworkError("PERMISSION_DENIED", message, { hint: elsewhere });
  }
  if (kind === "cannot-be-made" && owner === uid) {
    const message = `Cannot create ${plain(home)}, where cowork keeps its data: the mode of ${plain(at)} forbids it.`;
    return new CoworkError("PERMISSION_DENIED", message, { hint: `chmod u+rwx ${shellWord(at)}, or ${elsewhere}` });
  }
  if (kind === "cannot-be-made") {
    const message = `Cannot create ${plain(home)}, where cowork keeps its data: ${plain(at)} ${whose}.`;
    return new CoworkError("PERMISSION_DENIED", message, { hint: elsewhere });
  }
  if (owner === uid) {
    const message = `You cannot read and write ${plain(at)}, where cowork keeps its data, because of its mode.`;
    return new CoworkError("PERMISSION_DENIED", message, { hint: `chmod u+rwx ${shellWord(at)}` });
  }
  const inside = at === home || at.startsWith(`${home}/`);
  const message = `You cannot read and write ${plain(at)}, where cowork keeps its data: it ${whose}.`;
  const hint = inside ? `sudo chown -R $USER ${shellWord(at)}` : elsewhere;
  return new CoworkError("PERMISSION_DENIED", message, { hint });
}

function nameOf(owner: number): string {
  return owner === 0 ? "root" : `the user with uid ${owner}`;
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}
