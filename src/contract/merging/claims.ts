import * as z from "zod/mini";
import { texts } from "../common.ts";

/** `intent`: says where a session works; `shared`: others may edit too, with a note; `exclusive`: edits by other agents are denied. */
export const claimMode = z.enum(["intent", "shared", "exclusive"]);

/** An advisory lease on paths: a courtesy between agents, not a guard. */
export const claim = z.object({
  /** short and unique on its host */
  id: z.string(),
  /** the holder's name */
  session: z.string(),
  sessionId: z.string(),
  mode: claimMode,
  /** patterns of paths as in a .gitignore, from the root of the repository */
  globs: texts,
  why: z.exactOptional(z.string()),
  /** when it began, as ISO 8601 */
  at: z.string(),
  /** when it lapses unless the holder's agent goes on working */
  until: z.string(),
  /** who asked for it */
  by: z.enum(["person", "session"]),
});

/** The same as `claim --json` shows it. */
export const claimView = z.extend(claim, {
  project: z.string(),
  host: z.string(),
  /**
   * no one made it: `globs` are the paths that the session had changed when it was last looked at, and folders, which end in a slash.
   * Nothing is denied because of it, and it does not lapse: `until` is the time of that look
   */
  derived: z.exactOptional(z.boolean()),
});

export const claimRequest = z.object({
  globs: texts,
  mode: claimMode,
  why: z.exactOptional(z.string()),
  /** also patterns that match every path */
  all: z.exactOptional(z.boolean()),
  /** claims on other hosts, which this one cannot see */
  elsewhere: z.exactOptional(z.array(claim)),
});

/** `projects/{name}.claims.json` on a host. */
export const storedClaims = z.object({
  claims: z.array(claim),
  /** claims that lapsed, which their holders have to know, by session id */
  lapsed: z.exactOptional(z.record(z.string(), z.array(z.object({ id: z.string(), text: z.string() })))),
});

export type ClaimMode = z.infer<typeof claimMode>;
export type Claim = z.infer<typeof claim>;
export type ClaimView = z.infer<typeof claimView>;
export type ClaimRequest = z.infer<typeof claimRequest>;
export type StoredClaims = z.infer<typeof storedClaims>;
