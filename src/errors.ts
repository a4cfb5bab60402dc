import { errorCodes, type ErrorCode } from "./contract/error-codes.ts";
import type { ErrorView } from "./contract/error.ts";
import { type Hint, type HintPart, renderHint } from "./hint.ts";

export { errorCodes, type ErrorCode };
export type { ErrorView };

/**
 * The only error class. `message` says in one line what failed, on which name or path, and why. `next` is the next step, with
 * cowork's commands as data; `hint` is `next` as text. `detail` is for the log and for `--verbose`.
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
    const next = hint === undefined || hint === "" ? [] : typeof hint === "string" ? [hint] : [...hint];
    this.next = next.length === 0 ? undefined : next;
    this.hint = this.next && renderHint(this.next);
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

/** An error in the command line, with the next step. */
export function usageError(message: string, hint: Hint): CoworkError {
  return new CoworkError("USAGE", message, { hint });
}

/** Restores an error from its view. */
export function fromView({ code, message, hint, next }: ErrorView, detail?: string): CoworkError {
  const advice = next ?? hint;
  return new CoworkError(code, message, {
    ...(advice === undefined ? {} : { hint: advice }),
    ...(detail === undefined ? {} : { detail }),
  });
}

/** Converts errors of the operating system to errors with a code and a next step. Other errors become INTERNAL. */
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
    const hint = "check the owner and the mode with ls -ld, give yourself access, then run the same command again";
    return new CoworkError("PERMISSION_DENIED", `Permission denied${where}.`, { ...options, hint });
  }
  const known = code === undefined ? undefined : fileSystemErrors[code];
  if (known !== undefined)
    return new CoworkError("PERMISSION_DENIED", `${known.what}: ${code}${where}.`, { ...options, hint: known.hint });
  if (error instanceof Error && error.name === "AbortError") {
    return new CoworkError("INTERRUPTED", "Interrupted.", options);
  }
  return new CoworkError("INTERNAL", message, {
    ...options,
    hint: "run it again with --verbose and report what it prints",
  });
}

/** Errors of the file system that cowork cannot fix. */
const fileSystemErrors: Partial<Record<string, { what: string; hint: string }>> = {
  EROFS: { what: "The file system is read-only", hint: "make it writable, then run the same command again" },
  ENOTDIR: { what: "A part of the path is not a folder", hint: "move that file away, or use another path" },
  EISDIR: { what: "A folder is in the place of a file", hint: "move it away, then run the same command again" },
  ELOOP: { what: "A link in the path is circular or broken", hint: "remove the link, then run the same command again" },
  ENAMETOOLONG: { what: "The path is too long", hint: "use a shorter path" },
  EMFILE: { what: "Too many files are open", hint: "raise the limit (ulimit -n), then run the same command again" },
  EIO: { what: "The disk reports an error", hint: "check the disk (sudo dmesg), then run the same command again" },
};

function asErrno(error: unknown): { code?: string; path?: string; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, path } = error as NodeJS.ErrnoException;
  return { message: error.message, ...(code === undefined ? {} : { code }), ...(path === undefined ? {} : { path }) };
}
