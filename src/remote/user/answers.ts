import * as z from "zod/mini";
import type { AuthStatus } from "../../auth/status.ts";
import type { LogoutResult } from "../../auth/logout.ts";
import { errorCodes, type ErrorCode } from "../../errors.ts";
import type { Check, CleanOutcome, OneSession, OpenClone } from "../../session/host-part.ts";
import type { InitPlan, Outcome, Selector, SessionStatus, SessionView } from "../../session/types.ts";
import { brokenRefRule, nameKey, sessionNamePattern } from "../../system/names.ts";
import { saidThere } from "../said-there.ts";
import { invalid, tame } from "./tame.ts";

// The forms of what a host answers. Unknown keys are dropped; what is wanted and missing is an error.

const texts = z.array(z.string());
const failure = z.object({
  code: z.pipe(
    z.string(),
    z.transform((code): ErrorCode => (Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL")),
  ),
  message: z.string(),
  hint: z.optional(z.string()),
});
const container = z.object({
  id: z.string(),
  image: z.string(),
  user: z.string(),
  workspaceFolder: z.string(),
  startedAt: z.string(),
});
const view = z.object({
  id: z.string(),
  name: z.string(),
  project: z.string(),
  projectRoot: z.string(),
  host: z.string(),
  state: z.enum(["running", "stopped", "creating", "failed", "missing", "unreachable"]),
  error: z.optional(failure),
  missing: z.optional(z.array(z.enum(["clone", "container"]))),
  branch: z.nullable(z.string()),
  path: z.string(),
  agent: z.string(),
  createdAt: z.string(),
  container: z.nullable(container),
});
const status = z.extend(view, {
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
  disk: z.object({ clone: z.number(), state: z.number() }),
  resources: z.nullable(z.object({ cpuPercent: z.number(), memoryBytes: z.number() })),
  ports: z.array(z.object({ container: z.number(), host: z.number(), address: z.string() })),
  login: z.enum(["ok", "none", "broken"]),
  carried: texts,
  changes: texts,
});
const outcome = z.object({
  name: z.string(),
  ok: z.boolean(),
  session: z.optional(view),
  error: z.optional(failure),
  exitCode: z.int().check(z.minimum(0), z.maximum(255)),
  notes: texts,
});
const plan = z.object({
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
const check = z.object({
  title: z.string(),
  status: z.enum(["ok", "warning", "problem", "fixed"]),
  detail: z.string(),
  fix: z.optional(z.string()),
});
const date = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)))),
  z.transform((text) => new Date(text)),
);
const login = z.object({
  state: z.enum(["ok", "none", "broken"]),
  detail: z.string(),
  method: z.optional(z.string()),
  plan: z.optional(z.string()),
  account: z.optional(z.string()),
  organization: z.optional(z.string()),
  expiresAt: z.optional(date),
  endsAt: z.optional(date),
  longLived: z.optional(z.boolean()),
});

interface OpenedClone extends Omit<OpenClone, "inside" | "close"> {
  lease: number;
}

/** Checks one answer against its form, its texts made harmless first. Throws HOST_ANSWER_INVALID. */
function read<T>(form: z.ZodMiniType, answer: unknown): T {
  const found = form.safeParse(tame(answer));
  if (!found.success) throw invalid("something that has not the form that was asked for");
  return found.data as T;
}

export const answers = {
  views: (answer: unknown, host: string): SessionView[] =>
    read<SessionView[]>(z.array(view), answer).map((one) => ({ ...one, host })),
  statuses: (answer: unknown, host: string): SessionStatus[] =>
    read<SessionStatus[]>(z.array(status), answer).map((one) => ({ ...one, host })),
  outcomes: (answer: unknown, host: string, asked: Asked): Outcome[] =>
    outcomesOf(read<Outcome[]>(z.array(outcome), answer), host, asked),
  cleaned: (answer: unknown, host: string, asked: Asked): CleanOutcome[] =>
    outcomesOf(
      read<CleanOutcome[]>(z.array(z.extend(outcome, { unsaved: texts, removed: texts })), answer),
      host,
      asked,
    ),
  plan: (answer: unknown): InitPlan => read(plan, answer),
  texts: (answer: unknown): string[] => read(texts, answer),
  checks: (answer: unknown): Check[] => read(z.array(check), answer),
  authStatus: (answer: unknown): AuthStatus =>
    read(
      z.object({
        agent: z.literal("claude"),
        login,
        readable: z.boolean(),
        repaired: texts,
        problems: texts,
        threats: texts,
      }),
      answer,
    ),
  logout: (answer: unknown): LogoutResult => read(z.object({ loggedOut: z.boolean(), notes: texts }), answer),
  clone: (answer: unknown, { names: [asked] }: OneSession): OpenedClone => {
    const clone = read<OpenedClone>(
      z.object({
        lease: z.number(),
        name: z.string(),
        path: z.string(),
        start: z.object({ branch: z.string(), commit: z.string(), existing: z.boolean() }),
        identity: z.object({ name: z.optional(z.string()), email: z.optional(z.string()) }),
      }),
      answer,
    );
    // Both become names of refs in the project.
    const { branch, commit } = clone.start;
    const isUsable = brokenRefRule(branch) === undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
    if (nameKey(clone.name) !== nameKey(asked) || !sessionNamePattern.test(clone.name) || !isUsable)
      throw invalid("another clone than the one that was asked for");
    return clone;
  },
  lacking: (answer: unknown) =>
    read<{ lacks: string[]; have: string[]; gitDir: string }>(
      z.object({ lacks: texts, have: texts, gitDir: z.string() }),
      answer,
    ),
};

/** The names that an answer is about are written down here: only those that were asked about count, each once. */
type Asked = Pick<Selector, "names">;

function outcomesOf<T extends Outcome>(outcomes: T[], host: string, { names }: Asked): T[] {
  const asked = names === undefined ? undefined : new Set(names.map(nameKey));
  const told = new Set<string>();
  for (const { name } of outcomes) {
    const key = nameKey(name);
    const isMeant = asked === undefined ? sessionNamePattern.test(name) : asked.has(key);
    if (!isMeant || told.has(key)) throw invalid("a session that was not asked about");
    told.add(key);
  }
  return outcomes.map((one) => onHost(one, host));
}

function onHost<T extends Outcome>(one: T, host: string): T {
  if (!one.ok && one.exitCode === 0) throw invalid("a failure that is none");
  const error = one.error === undefined ? {} : { error: saidThere(one.error, host) };
  return { ...one, host, ...error, ...(one.session === undefined ? {} : { session: { ...one.session, host } }) };
}
