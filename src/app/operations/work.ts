import { operationRequest, type OperationWork } from "../../contract/http/operation-request.ts";
import type { OperationResult } from "../../contract/http/operations.ts";
import { CoworkError, fromView } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { JobWork } from "../../jobs/job-process.ts";
import type { CleanOutcome } from "../../session/session-host.ts";
import type { Outcome } from "../../session/types.ts";
import { projectRoot } from "../serve/api-projects.ts";
import { cleanPreview } from "../serve/clean-preview.ts";
import { findById, requireHost } from "../serve/session-word.ts";
import type { OpenScope, Scope } from "../scope.ts";
import type { EventDraft } from "../../contract/events.ts";
import type { Context } from "../../system/context.ts";

/** Opens a scope outside of any project, whose notes and states go to `tell`. */
export type OpenForJob = (ctx: Context, tell: (event: EventDraft) => void) => OpenScope;

/** The work of an operation's process. */
export function operationJob(open: OpenForJob): JobWork {
  return async (ctx, { args }, tell) => {
    const { work } = operationRequest.parse(args[0]);
    const { scope, close } = open(ctx, tell);
    try {
      return await doWork(scope, work);
    } finally {
      close();
    }
  };
}

async function doWork(scope: Scope, work: OperationWork): Promise<OperationResult> {
  switch (work.kind) {
    case "init":
      return await init(scope, work);
    case "run":
      return await run(scope, work);
    case "start": {
      const { startSessions } = await import("../sessions/start.ts");
      const { session, rebuild, force } = work;
      return { outcomes: allOrError(await startSessions(scope, { words: [session], all: false, rebuild, force })) };
    }
    case "stop": {
      const { stopSessions } = await import("../sessions/stop.ts");
      const { session, hide, force } = work;
      return { outcomes: allOrError(await stopSessions(scope, { words: [session], all: false, hide, force })) };
    }
    case "pull":
      return await pull(scope, work);
    case "clean":
      return await clean(scope, work);
    case "merge":
      return await merge(scope, work);
    default:
      return work satisfies never;
  }
}

async function init(scope: Scope, work: Extract<OperationWork, { kind: "init" }>): Promise<OperationResult> {
  const { initSessions } = await import("../sessions/init.ts");
  const { names, from, branch, config, carry, agent } = work;
  const its = await inProject(scope, work.project, work.host);
  const options = { names, from, branch, config, carry, agent, baseImage: undefined, noStart: false };
  return { outcomes: allOrError(await initSessions(its, options)) };
}

async function run(scope: Scope, work: Extract<OperationWork, { kind: "run" }>): Promise<OperationResult> {
  const { startRuns } = await import("../work/start-runs.ts");
  const { session, project = "", name, host, prompt, action, model, timeout, commit, resume, most } = work;
  const { permissions } = work;
  const found = session === undefined ? undefined : await findById(scope, session, "run");
  // It must be there: a name that no session has would become a new one.
  await found?.host.list(found.selector);
  const its = found === undefined ? await inProject(scope, project, host) : scope;
  const started = await startRuns(its, {
    session: session ?? name,
    prompt,
    action,
    path: undefined,
    model,
    permissions,
    ...(most === undefined ? {} : { most }),
    budget: work.budget === undefined ? undefined : String(work.budget),
    timeout,
    maxTurns: undefined,
    commit,
    copies: 1,
    resume,
    fresh: { from: work.from, branch: undefined, carry: false, agent: work.agent },
  });
  return { runs: started.map((one) => one.run) };
}

async function pull(scope: Scope, work: Extract<OperationWork, { kind: "pull" }>): Promise<OperationResult> {
  const { applySession, pullSession } = await import("../sessions/exchange.ts");
  const { session, apply, branch, uncommitted } = work;
  if (apply) {
    const { applied, notes } = await applySession(scope, session);
    return { pulled: { branches: [], files: applied.files.map(({ path }) => path), notes } };
  }
  const { refs, notes } = await pullSession(scope, session, {
    uncommitted,
    ...(branch === undefined ? {} : { branch }),
  });
  return { pulled: { branches: refs.map(({ ref }) => ref.replace(/^refs\/heads\//, "")), files: [], notes } };
}

/** With `force` only what the person saw may be lost. */
async function clean(scope: Scope, work: Extract<OperationWork, { kind: "clean" }>): Promise<OperationResult> {
  const { session, force, unsaved } = work;
  if (force) {
    const now = await cleanPreview(scope, session);
    if (now.unsaved.join("\n") !== unsaved.join("\n"))
      throw new CoworkError("WORK_UNSAVED", "The session has other unsaved work than what was shown.", {
        hint: [ownCommand("status", session)],
      });
  }
  const { clean: cleanSessions } = await import("../sessions/clean.ts");
  const request = { words: [session], all: false, images: false, canAsk: false, force, dryRun: false, purge: false };
  const { sessions = [] } = await cleanSessions(scope, request);
  return { cleaned: allOrError(sessions) };
}

/** In a process of its own: it goes on if this one is killed, and ends in an orderly way if this one is asked to end. */
async function merge(scope: Scope, work: Extract<OperationWork, { kind: "merge" }>): Promise<OperationResult> {
  const { mergeSessions } = await import("../merging/merge-sessions.ts");
  const { project, sessions, into, test, squash, ff, uncommitted } = work;
  const options = { sessions, into, test, squash, ff, uncommitted, oneByOne: false, keepOrder: false } as const;
  const signals = { end: scope.ctx.signal, leave: new AbortController().signal };
  const its = await inProject(scope, project, undefined);
  return { merge: await mergeSessions(its, { ...options, resolve: "none" }, signals) };
}

async function inProject(scope: Scope, project: string, host: string | undefined): Promise<Scope> {
  if (host !== undefined) await requireHost(scope, host);
  return scope.at(await projectRoot(scope, project), host);
}

/** Of one session its error is that of the operation. */
function allOrError<T extends Outcome | CleanOutcome>(outcomes: T[]): T[] {
  const [only, ...others] = outcomes;
  if (only?.error !== undefined && !only.ok && others.length === 0) throw fromView(only.error);
  return outcomes;
}
