import * as z from "zod/mini";
import { hintPart } from "../hint.ts";

/** Errors of the door itself. All others have the codes of the command line (`error-codes.ts`). */
export const httpErrors = {
  SIGN_IN_REQUIRED: { status: 401, means: "there is no token, or the server does not know it (any more)" },
  CODE_INVALID: { status: 401, means: "the one-time code is wrong, used or over" },
  ROLE_TOO_LOW: { status: 403, means: "the token's role may not do this" },
  ORIGIN_REFUSED: { status: 403, means: "the request comes from a page of another origin" },
  ROUTE_NOT_FOUND: { status: 404, means: "the API has no such path" },
  NOT_FOUND: { status: 404, means: "there is no such thing (an operation, a device, a file)" },
  METHOD_WRONG: { status: 405, means: "the path has no such method" },
  BODY_TOO_LARGE: { status: 413, means: "the body is longer than 256 KiB" },
  BODY_TYPE_WRONG: { status: 415, means: "the body is not application/json" },
  HOST_REFUSED: { status: 421, means: "the Host header is not one of this server's names" },
  TOO_MANY_REQUESTS: { status: 429, means: "too many attempts or streams; try again later" },
} as const satisfies Record<string, { status: number; means: string }>;

export type HttpErrorCode = keyof typeof httpErrors;

/** An error as RFC 9457 describes it (`application/problem+json`), with cowork's code and next step. */
export const problem = z.object({
  /** `about:blank` */
  type: z.string(),
  /** one line: what failed, on what, why */
  title: z.string(),
  status: z.int(),
  /** stable: one of cowork's error codes, or of the server's own */
  code: z.string(),
  /** the next step, as text */
  hint: z.exactOptional(z.string()),
  /** the same in parts, with cowork commands as data */
  next: z.exactOptional(z.array(hintPart)),
});

export type Problem = z.infer<typeof problem>;
