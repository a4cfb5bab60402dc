import * as z from "zod/mini";
import { texts } from "./common.ts";
import { check } from "./check.ts";
import { failure } from "./error.ts";
import { target } from "./files.ts";
import { initPlan } from "./devcontainer/init-plan.ts";
import { authStatus, login, logoutResult } from "./login.ts";
import { cleanOutcome } from "./outcome.ts";
import { conflictsOutput } from "./merging/conflicts.ts";
import { claimView } from "./merging/claims.ts";
import { mergeView } from "./merging/merge.ts";
import { hostCalls } from "./remote/rpc.ts";
import { sessionStatus, sessionView } from "./session.ts";
import { approvalView } from "./work/approval.ts";
import { sent, sessionWork } from "./work/calls.ts";
import { runView } from "./work/run.ts";

/** An entry of a list: a session that failed, or whose host does not answer, has the fields that are known. */
export const listed = z.extend(z.partial(sessionView), { name: z.string() });
const sessions = z.object({ sessions: z.array(listed) });
const { method: authMethod, ...ofLogin } = login.shape;
const loginJson = {
  ...ofLogin,
  authMethod: z.nullable(authMethod),
  expiresAt: z.exactOptional(z.string()),
  endsAt: z.exactOptional(z.string()),
};
const { agent, readable, repaired, problems, threats } = authStatus.shape;
const setting = z.object({
  key: z.string(),
  value: z.string(),
  origin: z.enum(["flag", "environment", "project", "user", "default"]),
  /** the file, for origins project and user */
  file: z.exactOptional(z.string()),
});

/** What a command prints with `--json`: this and nothing else. */
export const outputs = {
  list: sessions,
  init: sessions,
  "init --dry-run": initPlan,
  start: sessions,
  stop: sessions,
  status: z.object({ sessions: z.array(sessionStatus) }),
  clean: z.object({
    sessions: z.array(
      z.extend(z.pick(cleanOutcome, { name: true, unsaved: true, going: true, removed: true, error: true }), {
        host: z.string(),
        state: z.exactOptional(z.literal("failed")),
      }),
    ),
    /** tags of shared images that were removed */
    images: texts,
  }),
  /** `diffs` with --diff */
  conflicts: z.extend(conflictsOutput, {
    diffs: z.exactOptional(z.array(z.object({ a: z.string(), b: z.string(), text: z.string() }))),
  }),
  diff: hostCalls.diff.output,
  run: z.object({ run: runView }),
  /** null: there was none */
  merge: z.object({ merge: z.nullable(mergeView) }),
  claim: z.object({ claims: z.array(claimView) }),
  "claim <session> <glob>": z.object({ claim: claimView }),
  "claim --release": z.object({ released: z.array(claimView) }),
  "run --copies": z.object({ runs: z.array(runView) }),
  /** the newest first */
  runs: z.object({ runs: z.array(runView) }),
  approvals: z.object({ approvals: z.array(approvalView) }),
  wait: z.object({
    sessions: z.array(z.extend(sessionWork, { host: z.string(), reached: z.boolean() })),
    /** why it is not what the user wants: WAIT_TIMEOUT, RUN_FAILED, … */
    error: z.exactOptional(failure),
  }),
  send: z.object({ session: z.string(), ...sent.shape }),
  doctor: z.object({ checks: z.array(check) }),
  "auth login": z.object(loginJson),
  /** `agents`: of every agent that the host knows; the fields beside it are those of one of them */
  "auth status": z.object({
    ...loginJson,
    agent,
    readable,
    repaired,
    problems,
    threats,
    agents: z.array(z.object({ ...loginJson, agent, title: z.string(), readable, repaired, problems, threats })),
  }),
  "auth logout": logoutResult,
  "config list": z.object({ settings: z.array(setting) }),
  "config get": setting,
  "host list": z.object({ hosts: z.array(z.extend(target, { name: z.string() })) }),
  /** if nothing could be tried */
  error: z.object({ error: failure }),
} as const;
