import * as z from "zod/mini";
import { maybe, startPoint, texts } from "../common.ts";

/** What identifies a project on a host, and the format of its store there. */
export const storedIdentity = z.object({
  name: z.string(),
  rootCommit: z.string(),
  objectFormat: z.enum(["sha1", "sha256"]),
  /** content of git's `shallow` file, if the project is a shallow clone */
  shallow: z.exactOptional(z.string()),
});

/** A bundle being sent; it continues under the same id after the connection broke. */
export const upload = z.object({
  /** hex digits */
  id: z.string(),
  bytes: z.number(),
  sha256: z.string(),
});

/** Objects of the project: those that a host lacks, and those that it has. */
export const lacking = z.object({ lacks: texts, have: texts, gitDir: z.string() });

/** A session's clone that is open for the other side, identified by a number. */
export const openedClone = z.object({
  lease: z.number(),
  name: z.string(),
  /** the folder, on the host */
  path: z.string(),
  start: startPoint,
  /** the author of commits that cowork makes */
  identity: z.object({ name: maybe(z.string()), email: maybe(z.string()) }),
});

/** How a script runs inside a clone; its input is base64. */
export const scriptOptions = z.object({
  input: z.exactOptional(z.string()),
  timeoutMs: z.exactOptional(z.number()),
  maxOutput: z.exactOptional(z.number()),
  maxBytes: z.exactOptional(z.number()),
  write: z.exactOptional(z.boolean()),
});

export const scriptResult = z.object({
  code: z.number(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
});

export type StoredIdentity = z.infer<typeof storedIdentity>;
export type Upload = z.infer<typeof upload>;
export type SentOptions = z.infer<typeof scriptOptions>;
