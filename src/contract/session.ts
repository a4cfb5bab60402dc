import * as z from "zod/mini";
import { texts } from "./common.ts";
import { failure } from "./error.ts";
import { collisionMark, mergedView, notPulled } from "./merging/conflicts.ts";
import { agentState } from "./work/agent-state.ts";
import { runView } from "./work/run.ts";

/** A running or stopped dev container. */
export const container = z.object({
  id: z.string(),
  image: z.string(),
  user: z.string(),
  workspaceFolder: z.string(),
  startedAt: z.string(),
});

/** A session as `--json` shows it: the contract. */
export const sessionView = z.object({
  id: z.string(),
  name: z.string(),
  project: z.string(),
  projectRoot: z.string(),
  host: z.string(),
  state: z.enum(["running", "stopped", "creating", "failed", "missing", "unreachable"]),
  error: z.exactOptional(failure),
  missing: z.exactOptional(z.array(z.enum(["clone", "container"]))),
  branch: z.nullable(z.string()),
  path: z.string(),
  agent: z.string(),
  createdAt: z.string(),
  /** true: stopped with `--hide`, and left out of lists until it is started again */
  hidden: z.exactOptional(z.boolean()),
  container: z.nullable(container),
  /** absent: the session's host does not answer, or its record cannot be read */
  agentState: z.exactOptional(agentState),
  /** the newest run */
  run: z.exactOptional(runView),
  /** number of open approvals */
  approvals: z.exactOptional(z.int()),
  /** with what it collided when `conflicts` was last run; absent: with nothing, or it was never compared */
  conflicts: z.exactOptional(collisionMark),
  /** whether its work was in the project's branch when that was last found out */
  merged: z.exactOptional(mergedView),
  /** what it held that the project did not when it was last looked at; absent: it was never looked at */
  notPulled: z.exactOptional(notPulled),
});

export const gitView = z.object({
  head: z.string(),
  branch: z.nullable(z.string()),
  ahead: z.number(),
  behind: z.number(),
  uncommitted: z.number(),
  untracked: z.number(),
  stashes: z.number(),
  unpushedBranches: z.number(),
});

/** What `status` adds. */
export const sessionStatus = z.extend(sessionView, {
  git: z.nullable(gitView),
  unsaved: z.boolean(),
  /** one line each: what would be lost */
  unsavedWork: texts,
  /** bytes; null: not measured, as with `StatusOptions.brief` */
  disk: z.nullable(z.object({ clone: z.number(), state: z.number() })),
  resources: z.nullable(z.object({ cpuPercent: z.number(), memoryBytes: z.number() })),
  ports: z.array(z.object({ container: z.number(), host: z.number(), address: z.string() })),
  /** named volumes that are removed with the session */
  volumes: texts,
  login: z.enum(["ok", "none", "broken"]),
  /** files that were copied in at init */
  carried: texts,
  /** changes to the project's configuration, one line each */
  changes: texts,
});

export type SessionView = z.infer<typeof sessionView>;
export type SessionStatus = z.infer<typeof sessionStatus>;
