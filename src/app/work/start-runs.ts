import { atMost } from "../../contract/work/permissions.ts";
import type { RunPermissions, RunRequest, RunView } from "../../contract/work/run.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";
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
  sessions: { name: string; isNew: boolean }[];
  request: Omit<RunRequest, "settings">;
}

/**
 * Starts a run in a session, which is created and started if need be; with `copies` one in each of several sessions. Returns once
 * each run has a process that watches over it.
 * @throws NOT_LOGGED_IN before anything is created, RUN_ACTIVE, what `init` and `start` throw
 */
export async function startRuns(scope: Scope, options: RunOptions): Promise<StartedRun[]> {
  const { targets, request } = await prepare(scope, options);
  for (const host of new Set(targets.map((target) => target.host))) await requireLogin(host, request.settings);
  await createTargets(scope, targets, options.fresh);
  const started: StartedRun[] = [];
  for (const target of targets) {
    started.push({ run: await target.host.runStart(target.selector, request), target });
  }
  return started;
}

export async function planRuns(scope: Scope, options: RunOptions): Promise<RunPlan> {
  const { targets, request } = await prepare(scope, options);
  const { settings: _, ...rest } = request;
  return { sessions: targets.map(({ name, isNew }) => ({ name, isNew })), request: rest };
}

async function prepare(scope: Scope, options: RunOptions): Promise<{ targets: RunTarget[]; request: RunRequest }> {
  if (options.prompt.trim() === "") throw usageError("The task is empty.", "cowork run <session> 'task'");
  if (options.resume !== undefined && options.copies > 1) {
    throw usageError("--resume and --copies cannot be used together.", "cowork run <session> 'task' --resume");
  }
  const targets = await runTargets(scope, options.session, options.copies);
  const old = targets.find(({ isNew }) => !isNew);
  const { from, branch, carry } = options.fresh;
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
  return { targets, request: await requestOf(first?.scope ?? scope, options) };
}

async function requestOf(scope: Scope, options: RunOptions): Promise<RunRequest> {
  const { permissions, model, budget, timeout } = options;
  const flags = { PERMISSIONS: permissions, MODEL: model, BUDGET: budget, TIMEOUT: timeout };
  const { settings } = await scope.resolve({ askTrust: true, flags });
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
