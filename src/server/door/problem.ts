import { httpErrors, type HttpErrorCode, type Problem } from "../../contract/http/problem.ts";
import { errorCodes, toCoworkError, type ErrorCode, type ErrorView } from "../../errors.ts";

/** An error of the door itself. */
export class HttpError extends Error {
  readonly code: HttpErrorCode;
  readonly hint: string | undefined;

  constructor(code: HttpErrorCode, message: string, hint?: string) {
    super(message);
    this.name = "HttpError";
    this.code = code;
    this.hint = hint;
  }
}

export function notFound(message: string): HttpError {
  return new HttpError("NOT_FOUND", message);
}

/** Codes of the command line with another status than 500. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  USAGE: 400,
  SESSION_NAME_INVALID: 400,
  CONFIG_KEY_UNKNOWN: 400,
  CONFIG_VALUE_INVALID: 400,
  DEVCONTAINER_AMBIGUOUS: 400,
  DEVCONTAINER_INVALID: 422,
  NOT_A_PROJECT: 404,
  SESSION_NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  APPROVAL_NOT_FOUND: 410,
  REF_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  HOST_UNKNOWN: 404,
  SESSION_EXISTS: 409,
  SESSION_INCOMPLETE: 409,
  SESSION_BUSY: 409,
  BUSY: 409,
  CLAIMED: 409,
  LOCK_LOST: 409,
  CLONE_MISSING: 409,
  CONTAINER_MISSING: 409,
  WORK_UNSAVED: 409,
  BRANCH_DIVERGED: 409,
  BRANCH_CHECKED_OUT: 409,
  CONFLICT: 409,
  FILES_IN_THE_WAY: 409,
  RUN_ACTIVE: 409,
  NO_CONVERSATION: 409,
  AGENT_BUSY: 409,
  APPROVAL_CHANGED: 409,
  APPROVAL_NOT_SHOWN: 409,
  HOST_IN_USE: 409,
  PROJECT_NAME_TAKEN: 409,
  PROJECT_EMPTY: 409,
  FILE_TOO_LARGE: 422,
  OUTPUT_TOO_LARGE: 422,
  NOT_LOGGED_IN: 424,
  TRUST_REQUIRED: 428,
  HOST_UNREACHABLE: 503,
  HOST_ANSWER_INVALID: 503,
  HOST_KEY_UNKNOWN: 503,
  HOST_KEY_CHANGED: 503,
  HOST_KEY_REVOKED: 503,
  HOST_AUTH_FAILED: 503,
  ENGINE_UNREACHABLE: 503,
  INTERRUPTED: 503,
  TIMEOUT: 504,
  DISK_FULL: 507,
};

/** The error as RFC 9457 describes it. What a bug says stays in the log: it may hold anything. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpError) {
    const { code, message, hint } = error;
    return {
      type: "about:blank",
      title: message,
      status: httpErrors[code].status,
      code,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  return problemOfView(toCoworkError(error).toView());
}

function problemOfView({ code, message, hint, next }: ErrorView): Problem {
  const isBug = code === "INTERNAL";
  return {
    type: "about:blank",
    title: isBug ? `${errorCodes.INTERNAL.means}; the server's log has more` : message,
    status: statuses[code] ?? 500,
    code,
    ...(hint === undefined || isBug ? {} : { hint }),
    ...(next === undefined || isBug ? {} : { next }),
  };
}
