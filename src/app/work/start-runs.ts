import type { AgentId } from "../../contract/agents.ts";
import type { Settings } from "../../contract/settings.ts";
import { findAgent } from "../../agent/catalog.ts";
import { atMost } from "../../contract/work/permissions.ts";
import type { RunPermissions, RunRequest, RunView } from "../../contract/work/run.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import { refuseOther } from "../../session/record/agent.ts";
import type { Scope } from "../scope.ts";
import { agentOfTarget, requireKnownAgent, settingsFor, withAgent } from "./agent-choice.ts";
import { requireLogin } from "./require-login.ts";
import { createTargets, runTargets, type NewSession, type RunTarget } from "./run-target.ts";

/** The options of `run`. Settings that are not given come from the configuration. */
export interface RunOptions {
  session: string | undefined;
  prompt: string;
  action: RunRequest["action"];
  path: string | undefined;
  model: string | undefined;
  permissions: string | undefined;
  /** the most permissions that the caller may give, whatever the configuration says; absent: all */
  most?: RunPermissions;
  budget: string | undefined;
  timeout: string | undefined;
  maxTurns: number | undefined;
  commit: RunRequest["commit"];
  copies: number;
  resume: RunRequest["resume"] | undefined;
  fresh: NewSession;
}

/** A run that was started, and where to ask for it. */
export interface StartedRun {
  run: RunView;
  target: RunTarget;
}

/** What `startRuns` would do. */
export interface RunPlan {
  sessions: { name: string; isNew: boolean; agent: string }[];
  request: Omit<RunRequest, "settings">;
}

/** What a session is asked to do: sessions may have different agents. */
interface Task {
  target: RunTarget;
  agent: string;
  request: RunRequest;
}

interface Prepared {
  tasks: Task[];
  /** the agent that the configuration selects */
  configured: AgentId;
}

/**
 * Starts a run in a session, which is created and started if need be; with `copies` one in each of several sessions. Returns once
 * each run has a process that watches over it.
 * @throws NOT_LOGGED_IN before anything is created, RUN_ACTIVE, what `init` and `start` throw
 */
export async function startRuns(scope: Scope, options: RunOptions): Promise<StartedRun[]> {
  const { tasks, configured } = await prepare(scope, options);
  for (const [n, { target, agent }] of tasks.entries()) {
    const isAsked = tasks.slice(0, n).some((one) => one.target.host === target.host && one.agent === agent);
    if (!isAsked) await requireLogin(target.host, agent, configured);
  }
  await createTargets(
    scope,
    tasks.map(({ target }) => target),
    options.fresh,
  );
  const started: StartedRun[] = [];
  for (const { target, request } of tasks) {
    started.push({ run: await target.host.runStart(target.selector, request), target });
  }
  return started;
}

export async function planRuns(scope: Scope, options: RunOptions): Promise<RunPlan> {
  const { tasks } = await prepare(scope, options);
  const [{ request: first }] = tasks as [Task, ...Task[]];
  const { settings: _, ...rest } = first;
  return { sessions: tasks.map(({ target: { name, isNew }, agent }) => ({ name, isNew, agent })), request: rest };
}

async function prepare(scope: Scope, options: RunOptions): Promise<Prepared> {
  if (options.prompt.trim() === "") throw usageError("The task is empty.", "cowork run <session> 'task'");
  if (options.resume !== undefined && options.copies > 1) {
    throw usageError("--resume and --copies cannot be used together.", "cowork run <session> 'task' --resume");
  }
  const targets = await runTargets(scope, options.session, options.copies);
  const { from, branch, carry, agent: wanted } = options.fresh;
  for (const { name, agent } of targets) if (agent !== undefined) refuseOther({ name, agent }, wanted);
  const old = targets.find(({ isNew }) => !isNew);
  if (old !== undefined && (from !== undefined || branch !== undefined || carry)) {
    const message = `Session ${plain(old.name)} exists: --from, --branch and --carry are for new sessions.`;
    throw usageError(message, `cowork run ${plain(old.name)} 'task'`);
  }
  const [first] = targets;
  if (options.resume !== undefined && first?.isNew === true) {
    throw new CoworkError("NO_CONVERSATION", `Session ${plain(first.name)} does not exist: nothing can be continued.`, {
      hint: [ownCommand("list")],
    });
  }
  return await tasksOf(first?.scope ?? scope, options, targets);
}

async function tasksOf(scope: Scope, options: RunOptions, targets: readonly RunTarget[]): Promise<Prepared> {
  const { permissions, model, budget, timeout } = options;
  const wanted = options.fresh.agent;
  const flags = { PERMISSIONS: permissions, MODEL: model, BUDGET: budget, TIMEOUT: timeout, AGENT: wanted };
  const { settings: resolved } = await scope.resolve({ askTrust: true, flags });
  const configured = wanted === undefined ? resolved.agent : (await scope.settings()).agent;
  const all = withAgent(resolved, wanted);
  const tasks = targets.map((target): Task => {
    requireKnownAgent(target, all);
    const its = settingsFor(target, all, { wanted, configured });
    refuseBudget(agentOfTarget(target, all), budget);
    const settings = model === undefined ? its : { ...its, model: all.model };
    return { target, agent: agentOfTarget(target, all), request: requestOf(options, settings) };
  });
  return { tasks, configured };
}

/** A limit that was asked for must hold. */
function refuseBudget(agent: string, budget: string | undefined): void {
  const known = budget === undefined ? undefined : findAgent(agent);
  if (known?.run?.priced !== false) return;
  const message = `${known.title} does not tell what it costs, so --budget cannot limit a run of it.`;
  throw usageError(message, "cowork run <session> 'task' --timeout 1h");
}

function requestOf(options: RunOptions, settings: Settings): RunRequest {
  return {
    action: options.action,
    prompt: options.prompt,
    permissions: atMost(settings.permissions, options.most),
    budget: settings.budget,
    timeoutMs: settings.timeoutMs,
    commit: options.commit,
    runs: settings.runs,
    settings,
    ...(options.path === undefined ? {} : { path: options.path }),
    ...(settings.model === undefined ? {} : { model: settings.model }),
    ...(options.maxTurns === undefined ? {} : { maxTurns: options.maxTurns }),
    ...(options.resume === undefined ? {} : { resume: options.resume }),
  };
}
