import { join } from "node:path";
import type { RunRequest, RunView } from "../../../contract/work/run.ts";
import { CoworkError, toCoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { lookAtPath, writeFileAtomic } from "../../../system/files/files.ts";
import { withLock } from "../../../system/locks.ts";
import { plain } from "../../../system/text.ts";
import { readConversation } from "../output/accepted.ts";
import { finishArtifacts } from "../artifacts.ts";
import { followAgent } from "./attempt.ts";
import { describeChange, readCloneState, type CloneState } from "../clone-state.ts";
import { commitRest } from "../commit.ts";
import { endSurvivors } from "./end-survivors.ts";
import { goOn, instructions } from "../instructions.ts";
import { judgeEnding, type Judgement } from "../judge.ts";
import { endLaunched, launchAgent } from "../launch.ts";
import { readExit } from "../output/live-files.ts";
import { createOutputReader } from "../output/output-reader.ts";
import { newProgress } from "../progress.ts";
import { inTurn } from "./queue.ts";
import { createRunReport } from "../report.ts";
import { readRunFile, readRunRequest, runLock } from "../run-files.ts";
import { releaseSpace, reserveSpace } from "../reserve.ts";
import { launchWithPrompt } from "../run-input.ts";
import { isStopAsked } from "../stop-run.ts";
import { quietly, runTimes, tell, type RunTimes, type Supervised } from "./supervised.ts";
import type { RunContainer, RunSession } from "../types.ts";
import { createWorkingTime } from "./working-time.ts";

/** A usage limit that is reported to last longer is not believed, in ms. */
const longestLimitMs = 8 * 24 * 3600_000;
/** The second time the limit is hit right after its end, and later, in ms. */
const againMs = 60_000;
const lookMs = 500;

/** Actions that must change nothing. */
const readOnly: readonly string[] = ["analyze", "review"];

/**
 * Supervises a run from its place in the queue to its end, in a process of its own. Does nothing if the run has been started before:
 * what a killed supervisor left is continued by another run of the same conversation, never by a second supervisor.
 * @throws BUSY while another run of the session is supervised, LOCK_LOST, INTERRUPTED: then the run counts as crashed
 */
export async function supervise(
  ctx: Context,
  session: RunSession,
  n: number,
  times: RunTimes = runTimes,
): Promise<RunView> {
  const { id } = session.place;
  return await withLock(ctx, runLock(id), { what: "a run", waitMs: 20_000 }, async (signal, stillHeld) => {
    const inner = { ...ctx, signal };
    const [view, request] = [readRunFile(ctx, id, n), readRunRequest(ctx, id, n)];
    if (view === undefined || request === undefined)
      throw new CoworkError("RUN_NOT_FOUND", `Run ${n} of ${session.place.name} cannot be read.`);
    if (view.state !== "created") return view;
    const run = await openRun(inner, session, { n, view, request, times });
    let judgement: Judgement;
    try {
      const onWait = async (before: number): Promise<void> => {
        await run.report.set({
          queued: before,
          detail: `waiting for ${before} ${before === 1 ? "run" : "runs"} before it`,
        });
        await run.report.flush();
      };
      const onLook = (): void => {
        if (isStopAsked(ctx, id, n)) throw new StopAsked();
      };
      const turn = { id, most: request.runs, onWait, onLook };
      await reserveSpace(inner, id, n);
      judgement = await inTurn(inner, turn, async () => await work(inner, session, run));
    } catch (error) {
      signal.throwIfAborted();
      const isStopped = error instanceof StopAsked || isStopAsked(ctx, id, n);
      if (!isStopped) ctx.log(`run ${view.id}: ${toCoworkError(error).detail ?? String(error)}`);
      judgement = isStopped
        ? { state: "stopped", reason: "user" }
        : { state: "failed", detail: plain(toCoworkError(error).message) };
    }
    await stillHeld();
    // The session was removed meanwhile: nothing of it may come back.
    if (lookAtPath(ctx.paths.run(id, n)) === undefined) return view;
    return await finish(inner, run, judgement);
  });
}

class StopAsked extends Error {}

type Opened = Supervised & { session: RunSession };

async function openRun(
  ctx: Context,
  session: RunSession,
  { n, view, request, times }: { n: number; view: RunView; request: RunRequest; times: RunTimes },
): Promise<Opened> {
  const { place } = session;
  const { agent } = place;
  const { run: runs } = agent;
  if (runs === undefined) throw new CoworkError("INTERNAL", `${agent.title} cannot run unattended.`);
  let plan = "";
  return {
    session,
    place,
    n,
    agent,
    runs,
    request,
    report: createRunReport(ctx, view),
    reader: createOutputReader(ctx, { id: place.id, n }),
    time: createWorkingTime(view.workedMs),
    before: view.resumes === undefined ? nothingSpent : await readConversation(ctx, place.id, view.resumes),
    spentBefore: 0,
    progress: newProgress(),
    times,
    reported: new Set(),
    onPlan: async ({ digest, text, input }, said) => {
      if (digest === plan) return;
      // An agent that wrote no file for its plan has said it.
      const whole = [input["plan"], text, said].find((one) => typeof one === "string" && one.trim() !== "") ?? "";
      if (typeof whole !== "string") return;
      await writeFileAtomic(join(ctx.paths.run(place.id, n), "plan.md"), `${whole.trimEnd()}\n`, { mode: 0o600 });
      plan = digest;
    },
  };
}

const nothingSpent = { cost: 0, tokens: { input: 0, output: 0 } };

/** All of a run but its place in the queue: as many processes of the agent as usage limits need. */
async function work(ctx: Context, session: RunSession, run: Opened): Promise<Judgement> {
  const { report, place } = run;
  await report.set({ queued: undefined, detail: "starting the session" });
  await report.flush();
  let start: CloneState | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const container = await session.start(ctx);
    const { id, startedAt, user, workspaceFolder } = container;
    run.place = { ...place, container: { id, running: true, startedAt, user, workspaceFolder } };
    await endSurvivors(ctx, run.place);
    start ??= await readStart(ctx, run);
    run.budget = run.request.budget === 0 || !run.runs.priced ? undefined : run.request.budget - report.view.cost;
    if (run.budget !== undefined && run.budget <= 0) return { state: "stopped", reason: "budget" };
    if (isStopAsked(ctx, place.id, run.n)) throw new StopAsked();
    await launch(ctx, run, { container, isAgain: attempt > 0 });
    const judgement = judgeEnding(await followAgent(ctx, run), place.agent.id);
    if (judgement.state !== "waiting") return await conclude(ctx, run, judgement, start);
    const now = ctx.clock.now().getTime();
    const until = judgement.until ?? 0;
    if (until - now > longestLimitMs) return { state: "stopped", reason: "limit" };
    await waitForLimit(ctx, run, Math.max(until, attempt > 0 ? now + againMs : 0));
  }
}

/** Starts a process of the agent and gives it the prompt. @param isAgain after a usage limit: in the same conversation */
async function launch(
  ctx: Context,
  run: Opened,
  { container, isAgain }: { container: RunContainer; isAgain: boolean },
): Promise<void> {
  const { n, request, report, place, agent } = run;
  const prompt = isAgain ? goOn : request.prompt;
  const args = await argsOf(ctx, run, { prompt, isAgain });
  const [line, closes] = [run.runs.prompt(prompt), run.runs.input !== "lines"];
  const start = async (): Promise<void> =>
    await launchAgent(ctx, { id: place.id, n, agent, container, args, path: request.path });
  const isTaken = await launchWithPrompt(ctx, place, n, { launch: start, line, closes });
  if (!isTaken && readExit(ctx, place.id, n) === undefined) {
    await endLaunched(ctx, { id: place.id, n, agent, container: container.id });
    throw new CoworkError("ENGINE_FAILED", "The agent did not take the prompt.");
  }
  const startedAt = report.view.startedAt ?? ctx.clock.now().toISOString();
  await report.set({ state: "running", startedAt, detail: undefined, until: undefined });
  const resumed = { type: "run.resumed", data: { detail: "the usage limit has ended" } };
  await tell(ctx, run, isAgain ? resumed : { type: "run.started" });
  run.spentBefore = report.view.cost;
  const { result: _before, limitUntil: _until, ...progress } = run.progress;
  run.progress = { ...progress, isResting: false, background: 0, isInterrupted: false };
}

async function argsOf(
  ctx: Context,
  run: Opened,
  { prompt, isAgain }: { prompt: string; isAgain: boolean },
): Promise<string[]> {
  const { request, report, budget } = run;
  const { action, model, maxTurns, permissions } = request;
  return run.runs.args({
    prompt,
    conversation: report.view.conversation ?? "",
    resume: isAgain || report.view.resumes !== undefined,
    mode: action === "plan" ? "plan" : permissions,
    ...(action === "plan" ? { afterPlan: permissions } : {}),
    readOnly: readOnly.includes(action),
    strictMcp: !(await run.session.agreedMcp(ctx)),
    instructions: instructions[action],
    ...(model === undefined ? {} : { model }),
    ...(budget === undefined ? {} : { budget }),
    ...(maxTurns === undefined ? {} : { maxTurns }),
  });
}

/** The commit that the run starts from, for its diff; with an action that changes nothing, everything. */
async function readStart(ctx: Context, run: Opened): Promise<CloneState> {
  const git = await run.session.git(ctx);
  const state = await readCloneState(git);
  await writeFileAtomic(join(ctx.paths.run(run.place.id, run.n), "start.json"), JSON.stringify({ head: state.head }), {
    mode: 0o600,
  });
  return state;
}

async function waitForLimit(ctx: Context, run: Opened, until: number): Promise<void> {
  const at = new Date(until).toISOString();
  await run.report.set({ state: "waiting", until: at, detail: "waiting for the usage limit to end" });
  await tell(ctx, run, { type: "run.limit", data: { detail: `the usage limit ends at ${at}`, until: at } });
  while (ctx.clock.now().getTime() < until) {
    if (isStopAsked(ctx, run.place.id, run.n)) throw new StopAsked();
    await ctx.clock.sleep(Math.min(lookMs, Math.max(1, until - ctx.clock.now().getTime())), ctx.signal);
  }
}

/** What follows the agent's end: an action that must change nothing is checked, and what is left is committed. */
async function conclude(ctx: Context, run: Opened, judgement: Judgement, start: CloneState): Promise<Judgement> {
  const { request, report } = run;
  const git = await run.session.git(ctx);
  if (readOnly.includes(request.action)) {
    const change = describeChange(start, await readCloneState(git));
    if (change === undefined) return judgement;
    return { state: "failed", detail: `the run was to change nothing, but ${change} in the clone` };
  }
  if (request.commit === "off" || judgement.state === "failed" || judgement.reason === "crash") return judgement;
  const { title, id } = report.view;
  const trailer = `Cowork-Run: ${id}`;
  const { commit, problem } = await commitRest(git, { title, trailer, identity: run.session.identity });
  if (commit !== undefined) await report.set({ commit });
  return problem === undefined ? judgement : { ...judgement, detail: judgement.detail ?? problem };
}

async function finish(ctx: Context, run: Opened, judgement: Judgement): Promise<RunView> {
  const { report } = run;
  const { state, reason, detail } = judgement;
  const last = { reason, detail, until: undefined, queued: undefined, endedAt: ctx.clock.now().toISOString() };
  // The state comes last: who sees that the run has ended finds all of its files.
  await report.set({ workedMs: Math.round(run.time.ms), detail: "writing what the run left" });
  const artifacts = await finishArtifacts(ctx, run, { ...report.view, ...definedOf({ state, reason, detail }) });
  await quietly(ctx, async () => await releaseSpace(ctx, run.place.id, run.n));
  await tell(ctx, run, {
    type: "run.ended",
    data: definedOf({ state, reason, detail: detail ?? (reason === undefined ? state : `${state} (${reason})`) }),
  });
  await report.set({ ...last, artifacts, state });
  await report.finish();
  return report.view;
}

function definedOf<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
