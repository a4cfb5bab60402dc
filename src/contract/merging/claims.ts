import * as z from "zod/mini";
import { texts } from "../common.ts";

/** `intent`: says where somebody works; `shared`: others may edit too, and are told; `exclusive`: the agents of others are denied. */
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
export const claimView = z.extend(claim, { project: z.string(), host: z.string() });

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
  /** claims that lapsed, as their holders are told once, by session id */
  lapsed: z.exactOptional(z.record(z.string(), z.array(z.object({ id: z.string(), text: z.string() })))),
});

export type ClaimMode = z.infer<typeof claimMode>;
export type Claim = z.infer<typeof claim>;
export type ClaimView = z.infer<typeof claimView>;
export type ClaimRequest = z.infer<typeof claimRequest>;
export type StoredClaims = z.infer<typeof storedClaims>;
