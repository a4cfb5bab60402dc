import * as z from "zod/mini";
import { texts } from "../common.ts";

/** How git says that two changes of a path collide; `large file`: more than is compared. */
export const conflictKind = z.enum([
  "content",
  "binary",
  "add/add",
  "delete/edit",
  "rename",
  "directory rename",
  "file/directory",
  "mode",
  "submodule",
  "LFS",
  "lock file",
  "large file",
  // no conflict for git: the file's names collide
  "names",
]);

/**
 * `textual`: git finds a conflict. `structural`: git merges it clean, and both change the same function or class. `semantic`: one uses
 * what the other changes. `clean`: git merges it clean, and there is no name-level sign of a collision. `unknown`: could not be judged.
 */
export const conflictClass = z.enum(["clean", "textual", "structural", "semantic", "unknown"]);

export const conflictPath = z.object({
  path: z.string(),
  kind: conflictKind,
  /** names of functions, classes and the like */
  entities: texts,
  /** of a conflict in content: what is in it */
  within: z.exactOptional(z.enum(["same entity", "neighbouring entities", "imports", "whitespace"])),
  /** false: the names only make a collision possible */
  certain: z.exactOptional(z.boolean()),
  /** what the names say */
  signal: z.exactOptional(z.enum(["R1", "R2", "R3", "R4", "R5"])),
  /** where the other side uses it */
  usedIn: z.exactOptional(z.object({ path: z.string(), name: z.string() })),
});

export const conflictPair = z.object({
  a: z.string(),
  /** a session, or `project/{branch}` */
  b: z.string(),
  class: conflictClass,
  paths: z.array(conflictPath),
  /** why it could not be judged */
  reason: z.exactOptional(z.string()),
});

/** Whether a session's work is in the project's branch. */
export const mergedView = z.object({
  /**
   * `nothing`: it has no work of its own. `adds nothing`: its commits cancel each other out. `reverted`: it was merged, and later taken
   * back or replaced
   */
  state: z.enum(["merged", "not merged", "nothing", "adds nothing", "reverted"]),
  /** how it was found */
  how: z.exactOptional(z.enum(["ancestor", "same tree", "no-op", "same commits", "same patch", "no-op before"])),
  /** the branch */
  into: z.string(),
  /** when the session was looked at, as ISO 8601 */
  asOf: z.string(),
});

export const judgedSession = z.object({
  /** `{project}-{session}` */
  id: z.string(),
  name: z.string(),
  host: z.string(),
  /** when it was looked at, as ISO 8601 */
  asOf: z.string(),
  /** false: could not be judged, see `reason` */
  judged: z.boolean(),
  reason: z.exactOptional(z.string()),
  /** an operation of git that is not finished, such as `rebase`: only what is committed was judged */
  during: z.exactOptional(z.string()),
  /** the commit that was judged: of the working tree, or what is checked out if nothing is uncommitted */
  commit: z.exactOptional(z.string()),
  /** what is checked out */
  head: z.exactOptional(z.string()),
  merged: z.exactOptional(mergedView),
});

export const conflictsOutput = z.object({ sessions: z.array(judgedSession), pairs: z.array(conflictPair) });

/** What `list` shows of the last look at a session. */
export const collisionMark = z.object({
  /** of the worst collision */
  class: conflictClass,
  /** the sessions, or `project/{branch}` */
  with: texts,
  /** when, as ISO 8601 */
  asOf: z.string(),
});

/** What a session holds that the project does not. */
export const heldWork = z.object({
  /** commits that no branch or tag of the project leads to */
  commits: z.int(),
  /** files that differ from what is committed */
  files: z.int(),
  /** what it has changed since it left the project: paths, and folders, which end in a slash, if they are many */
  paths: texts,
  /** when it was looked at, as ISO 8601 */
  asOf: z.string(),
});

/** What `list` shows of it. */
export const notPulled = z.pick(heldWork, { commits: true, files: true, asOf: true });

/** The last result for a project, a small file for `list`. Sessions are `{host}/{id}`. */
export const conflictSummary = z.object({
  schema: z.literal(1),
  marks: z.record(
    z.string(),
    z.object({
      asOf: z.string(),
      /** with what it collides: a session, or `project/{branch}` */
      with: z.record(z.string(), conflictClass),
    }),
  ),
  merged: z.record(z.string(), mergedView),
  work: z.exactOptional(z.record(z.string(), heldWork)),
  /** when each session was created: one of the same name that was created later is another one */
  created: z.exactOptional(z.record(z.string(), z.string())),
});

/** An event of merging, to be written into the session's journal. */
export const mergingEvent = z.object({
  type: z.enum(["conflict.found", "conflict.gone", "session.merged"]),
  /** the other session, or `project/{branch}` */
  with: z.string(),
  class: z.exactOptional(conflictClass),
  paths: z.exactOptional(texts),
  /** `session.merged`: the commit, which has this event once */
  commit: z.exactOptional(z.string()),
});

/** Work that was found to be in the project's branch. */
export const mergedWork = z.object({
  /** the commit of the working tree, or `head` if nothing is uncommitted */
  tip: z.string(),
  /** what is checked out */
  head: z.string(),
});

export type HeldWork = z.infer<typeof heldWork>;
export type MergedWork = z.infer<typeof mergedWork>;
export type ConflictKind = z.infer<typeof conflictKind>;
export type ConflictClass = z.infer<typeof conflictClass>;
export type ConflictPath = z.infer<typeof conflictPath>;
export type ConflictPair = z.infer<typeof conflictPair>;
export type MergedView = z.infer<typeof mergedView>;
export type JudgedSession = z.infer<typeof judgedSession>;
export type ConflictsOutput = z.infer<typeof conflictsOutput>;
export type CollisionMark = z.infer<typeof collisionMark>;
export type ConflictSummary = z.infer<typeof conflictSummary>;
export type MergingEvent = z.infer<typeof mergingEvent>;
