import * as z from "zod/mini";
import { errorCodes, type ErrorCode } from "../errors.ts";

// The forms of what crosses a border: between a host and the user's side, and out as JSON. The types are inferred from them, so that
// a field is declared once and arrives everywhere. Unknown keys are dropped; what is wanted and missing is an error.

const texts = z.array(z.string());
export const hintPart = z.union([
  z.string(),
  z.object({ command: z.string(), args: texts, host: z.exactOptional(z.string()) }),
]);
export const failure = z.object({
  code: z.pipe(
    z.string(),
    z.transform((code): ErrorCode => (Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL")),
  ),
  message: z.string(),
  hint: z.exactOptional(z.string()),
  next: z.exactOptional(z.array(hintPart)),
});
/** A running or stopped dev container. */
export const container = z.object({
  id: z.string(),
  image: z.string(),
  user: z.string(),
  workspaceFolder: z.string(),
  startedAt: z.string(),
});
/** A session as `--json` shows it: the contract. */
export const view = z.object({
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
  container: z.nullable(container),
});
/** What `status` adds. */
export const status = z.extend(view, {
  git: z.nullable(
    z.object({
      head: z.string(),
      branch: z.nullable(z.string()),
      ahead: z.number(),
      behind: z.number(),
      uncommitted: z.number(),
      untracked: z.number(),
      stashes: z.number(),
      unpushedBranches: z.number(),
    }),
  ),
  unsaved: z.boolean(),
  /** one line each: what would be lost */
  unsavedWork: texts,
  /** bytes; null: not asked, as with `StatusWish.brief` */
  disk: z.nullable(z.object({ clone: z.number(), state: z.number() })),
  resources: z.nullable(z.object({ cpuPercent: z.number(), memoryBytes: z.number() })),
  ports: z.array(z.object({ container: z.number(), host: z.number(), address: z.string() })),
  /** named volumes that go with the session */
  volumes: texts,
  login: z.enum(["ok", "none", "broken"]),
  /** files that were carried in at init */
  carried: texts,
  /** what of the project's config had to be changed, one line each */
  changes: texts,
});
/** The result of a command for one session. `session` is absent when nothing of it exists. */
export const outcome = z.object({
  name: z.string(),
  /** absent: this machine */
  host: z.exactOptional(z.string()),
  ok: z.boolean(),
  session: z.exactOptional(view),
  error: z.exactOptional(failure),
  exitCode: z.int().check(z.minimum(0), z.maximum(255)),
  /** lines a person should read: warnings, what was changed, what is missing */
  notes: texts,
});
/** What `init` would do. */
export const plan = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      branch: z.string(),
      commit: z.string(),
      path: z.string(),
      exists: z.boolean(),
    }),
  ),
  /** the configurations that would be used, one per distinct start commit; none where all sessions have theirs */
  devcontainers: z.array(
    z.object({
      kind: z.enum(["image", "dockerfile", "compose", "template"]),
      /** path inside the project; null for the template */
      path: z.nullable(z.string()),
      /** what a user should know about the choice, one line each */
      notes: z.exactOptional(texts),
      /** what of it is changed so that several sessions can run side by side, one line each */
      changes: texts,
      findings: z.array(z.object({ where: z.string(), what: z.string(), why: z.string() })),
      trustHash: z.string(),
    }),
  ),
});
/** One line of `doctor`. */
export const check = z.object({
  title: z.string(),
  status: z.enum(["ok", "warning", "problem", "fixed"]),
  detail: z.string(),
  /** what to do, a command where there is one */
  fix: z.exactOptional(z.string()),
  /** the same in parts, where it names commands of cowork's own as data */
  next: z.exactOptional(z.array(hintPart)),
});
export const cleaned = z.extend(outcome, {
  /** what would be lost or, with --force, what was: one line each */
  unsaved: texts,
  /** what goes along and counts as nobody's unsaved work: replaced commits, home folders, volumes; one line each */
  going: z.exactOptional(texts),
  /** what was removed, or would be */
  removed: texts,
});
