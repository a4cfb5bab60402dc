import * as z from "zod/mini";
import { errorCodes, type ErrorCode } from "../../errors.ts";

// The forms of what a host answers. Unknown keys are dropped; what is wanted and missing is an error.

export const texts = z.array(z.string());
const failure = z.object({
  code: z.pipe(
    z.string(),
    z.transform((code): ErrorCode => (Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL")),
  ),
  message: z.string(),
  hint: z.exactOptional(z.string()),
});
const container = z.object({
  id: z.string(),
  image: z.string(),
  user: z.string(),
  workspaceFolder: z.string(),
  startedAt: z.string(),
});
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
  unsavedWork: texts,
  disk: z.nullable(z.object({ clone: z.number(), state: z.number() })),
  resources: z.nullable(z.object({ cpuPercent: z.number(), memoryBytes: z.number() })),
  ports: z.array(z.object({ container: z.number(), host: z.number(), address: z.string() })),
  volumes: texts,
  login: z.enum(["ok", "none", "broken"]),
  carried: texts,
  changes: texts,
});
export const outcome = z.object({
  name: z.string(),
  ok: z.boolean(),
  session: z.exactOptional(view),
  error: z.exactOptional(failure),
  exitCode: z.int().check(z.minimum(0), z.maximum(255)),
  notes: texts,
});
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
  devcontainers: z.array(
    z.object({
      kind: z.enum(["image", "dockerfile", "compose", "template"]),
      path: z.nullable(z.string()),
      changes: texts,
      findings: z.array(z.object({ where: z.string(), what: z.string(), why: z.string() })),
      trustHash: z.string(),
    }),
  ),
});
export const check = z.object({
  title: z.string(),
  status: z.enum(["ok", "warning", "problem", "fixed"]),
  detail: z.string(),
  fix: z.exactOptional(z.string()),
});
const date = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text) => new Date(text)),
);
const login = z.object({
  state: z.enum(["ok", "none", "broken"]),
  detail: z.string(),
  method: z.exactOptional(z.string()),
  plan: z.exactOptional(z.string()),
  account: z.exactOptional(z.string()),
  organization: z.exactOptional(z.string()),
  expiresAt: z.exactOptional(date),
  endsAt: z.exactOptional(date),
  longLived: z.exactOptional(z.boolean()),
});

export const cleaned = z.extend(outcome, { unsaved: texts, removed: texts });
export const authStatus = z.object({
  agent: z.literal("claude"),
  login,
  readable: z.boolean(),
  repaired: texts,
  problems: texts,
  threats: texts,
});
export const logout = z.object({ loggedOut: z.boolean(), notes: texts });
export const openClone = z.object({
  lease: z.number(),
  name: z.string(),
  path: z.string(),
  start: z.object({ branch: z.string(), commit: z.string(), existing: z.boolean() }),
  identity: z.object({ name: z.optional(z.string()), email: z.optional(z.string()) }),
});
export const lacking = z.object({ lacks: texts, have: texts, gitDir: z.string() });
