import { type Hint, type HintPart, renderHint } from "./hint.ts";

/**
 * Every error that cowork reports, once. The code is stable and part of the contract; `docs/troubleshooting.md`
 * lists all of them. Exit codes: 1 failed, 2 wrong usage, 3 refused because work would be lost, 4 engine or host
 * cannot be reached or trusted, 5 not logged in, 130 interrupted.
 */
export const errorCodes = {
  // wrong usage
  USAGE: { exit: 2, means: "the command line is not understood" },
  SESSION_NAME_INVALID: { exit: 2, means: "a session name that cannot be a folder, a branch and a label at once" },
  CONFIG_KEY_UNKNOWN: { exit: 2, means: "a configuration key that cowork does not know" },
  CONFIG_VALUE_INVALID: { exit: 2, means: "a configuration value of the wrong form" },
  // the user's project
  NOT_A_PROJECT: { exit: 1, means: "the command was not called inside a git repository with a working tree" },
  PROJECT_EMPTY: { exit: 1, means: "the repository has no commit to start a session from" },
  PROJECT_NAME_TAKEN: { exit: 1, means: "another project already uses this project name here" },
  CONFIG_FILE_CORRUPT: { exit: 1, means: "a .cowork.conf that cannot be read" },
  REF_NOT_FOUND: { exit: 1, means: "a branch, tag or commit that the project does not have" },
  GIT_MISSING: { exit: 1, means: "git is not installed on this machine" },
  GIT_FAILED: { exit: 1, means: "git ended with an error" },
  // sessions
  SESSION_NOT_FOUND: { exit: 1, means: "no session of that name in this project" },
  SESSION_EXISTS: { exit: 1, means: "a session of that name, or of one that counts as the same, exists" },
  SESSION_INCOMPLETE: { exit: 1, means: "the session was never completed; run init again" },
  SESSION_BUSY: { exit: 1, means: "another cowork command is working on this session" },
  CLONE_MISSING: { exit: 1, means: "the session's clone is gone from the disk" },
  CONTAINER_MISSING: { exit: 1, means: "the session's container is gone from the engine" },
  RECORD_CORRUPT: { exit: 1, means: "a session's record cannot be read" },
  STATE_TOO_NEW: { exit: 1, means: "the state was written by a newer cowork" },
  WORK_UNSAVED: { exit: 3, means: "the session holds work that is nowhere else" },
  BRANCH_DIVERGED: { exit: 1, means: "the project has a branch of that name with other commits" },
  BRANCH_CHECKED_OUT: {
    exit: 1,
    means: "the project has that branch checked out, and its files are not touched unasked",
  },
  CONFLICT: { exit: 1, means: "a merge or rebase ran into conflicts and was taken back" },
  // dev containers
  DEVCONTAINER_INVALID: { exit: 1, means: "the project's dev container configuration cannot be used" },
  DEVCONTAINER_AMBIGUOUS: { exit: 2, means: "the project has several dev container configurations" },
  TRUST_REQUIRED: { exit: 4, means: "the dev container configuration reaches the host and nobody has agreed to it" },
  IMAGE_BUILD_FAILED: { exit: 1, means: "the dev container's image could not be built" },
  UP_FAILED: { exit: 1, means: "the dev container did not come up" },
  BASE_IMAGE_UNAVAILABLE: { exit: 1, means: "there is no base image and none can be made" },
  COMPOSE_MISSING: { exit: 1, means: "the configuration needs Docker Compose and there is none" },
  CA_CERTS_INVALID: { exit: 1, means: "CA_CERTS names a file that is not a readable PEM bundle" },
  // engine, hosts, login
  ENGINE_UNREACHABLE: { exit: 4, means: "the Docker Engine does not answer" },
  ENGINE_FAILED: { exit: 1, means: "the Docker Engine refused or failed a request" },
  HOST_UNREACHABLE: { exit: 4, means: "a remote host does not answer" },
  HOST_ANSWER_INVALID: { exit: 4, means: "a remote host answers what cowork does not understand" },
  HOST_IN_USE: { exit: 1, means: "a host is to be forgotten and sessions live on it" },
  HOST_KEY_UNKNOWN: { exit: 4, means: "nobody has agreed to a remote host's key yet" },
  HOST_KEY_CHANGED: { exit: 4, means: "a remote host shows another key than the one that is known" },
  HOST_KEY_REVOKED: { exit: 4, means: "a remote host shows a key that was revoked" },
  HOST_AUTH_FAILED: { exit: 4, means: "a remote host does not let the user in" },
  NOT_LOGGED_IN: { exit: 5, means: "the agent has no usable login on this host" },
  AGENT_UNAVAILABLE: { exit: 1, means: "the agent's program could not be installed" },
  // the machine
  DISK_FULL: { exit: 1, means: "no space is left where cowork has to write" },
  PERMISSION_DENIED: { exit: 1, means: "a file or folder may not be read or written" },
  FILE_TOO_LARGE: { exit: 1, means: "a file is larger than cowork reads" },
  OUTPUT_TOO_LARGE: { exit: 1, means: "a program printed more than cowork keeps" },
  PROGRAM_MISSING: { exit: 1, means: "a program that cowork calls is not installed" },
  TIMEOUT: { exit: 1, means: "something did not answer in its time" },
  INTERRUPTED: { exit: 130, means: "the command was interrupted" },
  INTERNAL: { exit: 1, means: "a mistake in cowork itself" },
} as const satisfies Record<string, { exit: number; means: string }>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorView {
  code: ErrorCode;
  message: string;
  hint?: string;
  /** the hint in parts, where it names commands of cowork's own as data */
  next?: HintPart[];
}

/**
 * The one error class. `message` says what failed, on which name or path, and why, in one line;
 * `hint` is the next thing to do, a command where there is one; `detail` goes to the log and to `--verbose`.
 */
export class CoworkError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly next: HintPart[] | undefined;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: Hint; detail?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CoworkError";
    this.code = code;
    const { hint } = options;
    this.hint = hint === undefined || typeof hint === "string" ? hint : renderHint(hint);
    this.next = hint === undefined || typeof hint === "string" ? undefined : [...hint];
    this.detail = options.detail;
  }

  get exitCode(): number {
    return errorCodes[this.code].exit;
  }

  toView(): ErrorView {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.next === undefined ? {} : { next: this.next }),
    };
  }
}

/** A mistake in what was asked for, with the next step. */
export function usageError(message: string, hint: string): CoworkError {
  return new CoworkError("USAGE", message, { hint });
}

/** Errors of the operating system that mean the same wherever they happen, as errors a user can act on. */
export function toCoworkError(error: unknown): CoworkError {
  if (error instanceof CoworkError) return error;
  const { code, path, message } = asErrno(error);
  const where = path === undefined ? "" : ` (${path})`;
  const options = { cause: error, ...(error instanceof Error && error.stack ? { detail: error.stack } : {}) };
  if (code === "ENOSPC" || code === "EDQUOT") {
    const hint = "free some space, then run the same command again";
    return new CoworkError("DISK_FULL", `No space left on the disk${where}.`, { ...options, hint });
  }
  if (code === "EACCES" || code === "EPERM") {
    const hint = "ls -ld shows who may use it; give yourself the right, then run the same command again";
    return new CoworkError("PERMISSION_DENIED", `Permission denied${where}.`, { ...options, hint });
  }
  const odd = code === undefined ? undefined : oddPlaces[code];
  if (odd !== undefined)
    return new CoworkError("PERMISSION_DENIED", `${odd.what}: ${code}${where}.`, { ...options, hint: odd.hint });
  if (error instanceof Error && error.name === "AbortError") {
    return new CoworkError("INTERRUPTED", "Interrupted.", options);
  }
  return new CoworkError("INTERNAL", message, {
    ...options,
    hint: "run it again with --verbose and report what it prints",
  });
}

/** What stands where a file or a folder should be, or how it cannot be used: nothing that cowork could put right. */
const oddPlaces: Partial<Record<string, { what: string; hint: string }>> = {
  EROFS: { what: "The file system is read-only", hint: "make it writable, then run the same command again" },
  ENOTDIR: { what: "A part of the path is no folder", hint: "move what stands there away, or name another path" },
  EISDIR: { what: "There is a folder where a file should be", hint: "move it away, then run the same command again" },
  ELOOP: { what: "Links lead in a circle, or nowhere", hint: "remove the link, then run the same command again" },
  ENAMETOOLONG: { what: "The path is too long", hint: "use a shorter one" },
  EMFILE: { what: "Too many files are open", hint: "raise the limit (ulimit -n), then run the same command again" },
  EIO: { what: "The disk reports an error", hint: "look into dmesg, then run the same command again" },
};

function asErrno(error: unknown): { code?: string; path?: string; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, path } = error as NodeJS.ErrnoException;
  return { message: error.message, ...(code === undefined ? {} : { code }), ...(path === undefined ? {} : { path }) };
}
