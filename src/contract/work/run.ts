import * as z from "zod/mini";
import { settings } from "../settings.ts";
import { runPermissions } from "./permissions.ts";

// A run: one unattended execution of an agent in a session, from a prompt to its end.

export const runAction = z.enum(["implement", "plan", "analyze", "review"]);
export const runState = z.enum(["created", "running", "waiting", "completed", "failed", "stopped"]);
/** Why a run was stopped. */
export const runReason = z.enum(["limit", "budget", "timeout", "crash", "user"]);

/** What the user asked for, with every default filled in. */
export const runRequest = z.object({
  action: runAction,
  prompt: z.string(),
  /** folder below the clone's root that the agent works in; absent: the root */
  path: z.exactOptional(z.string()),
  /** model in the agent's own words; absent: the agent's default */
  model: z.exactOptional(z.string()),
  permissions: runPermissions,
  /** in USD at list prices; 0: no limit */
  budget: z.number().check(z.nonnegative()),
  /** working time in ms, without the time that the run waits for a person; 0: no limit */
  timeoutMs: z.number().check(z.nonnegative()),
  /** agent turns; absent: no limit */
  maxTurns: z.exactOptional(z.int().check(z.positive())),
  commit: z.enum(["auto", "off"]),
  /** number of the run whose conversation is continued; `last`: the newest one of the session */
  resume: z.exactOptional(z.union([z.int().check(z.positive()), z.literal("last")])),
  /** runs that may be active at once on the host */
  runs: z.int().check(z.positive()),
  /** for the start of a stopped session */
  settings,
});

/** A file that a run left. */
export const artifact = z.object({
  /** `prompt.md`, `plan.md`, `report.md`, `transcript.md`, `transcript.jsonl`, `diff.patch`, `result.json` */
  name: z.string(),
  bytes: z.number(),
});

/** A run as `--json` shows it. */
export const runView = z.object({
  /** `{session}:{n}` */
  id: z.string(),
  n: z.int(),
  session: z.string(),
  /** `{project}-{session}` */
  sessionId: z.string(),
  project: z.string(),
  host: z.string(),
  agent: z.string(),
  action: runAction,
  /** the first line of the prompt, cut */
  title: z.string(),
  state: runState,
  /** only with `stopped` */
  reason: z.exactOptional(runReason),
  /** one line: what it waits for, why it failed, which place in the queue it has */
  detail: z.exactOptional(z.string()),
  /** with `waiting` for a usage limit: when it ends, as ISO 8601 */
  until: z.exactOptional(z.string()),
  /** with `created`: number of runs that get a place on the host before it; absent: it is about to start */
  queued: z.exactOptional(z.int()),
  createdAt: z.string(),
  startedAt: z.exactOptional(z.string()),
  endedAt: z.exactOptional(z.string()),
  /** working time in ms, without waiting for a person or a usage limit */
  workedMs: z.number(),
  permissions: runPermissions,
  model: z.exactOptional(z.string()),
  /** USD at list prices, also under a subscription */
  cost: z.number(),
  /** the agent does not tell what it costs: `cost` is 0, and no budget holds */
  unpriced: z.exactOptional(z.literal(true)),
  /** 0: no limit */
  budget: z.number(),
  /** 0: no limit */
  timeoutMs: z.number(),
  turns: z.number(),
  tokens: z.object({ input: z.number(), output: z.number() }),
  /** tool calls that were denied */
  denials: z.number(),
  /** id of the agent's conversation; runs that continue each other share it */
  conversation: z.exactOptional(z.string()),
  /** number of the run that this one continues */
  resumes: z.exactOptional(z.int()),
  /** the agent's last text, cut; the whole text is the artifact `report.md` */
  result: z.exactOptional(z.string()),
  /** commit that `--commit auto` made */
  commit: z.exactOptional(z.string()),
  artifacts: z.array(artifact),
});

export type RunAction = z.infer<typeof runAction>;
export type { RunPermissions } from "./permissions.ts";
export type RunState = z.infer<typeof runState>;
export type RunReason = z.infer<typeof runReason>;
export type RunRequest = z.infer<typeof runRequest>;
export type RunView = z.infer<typeof runView>;
