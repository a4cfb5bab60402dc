import type { RunView } from "../../../contract/work/run.ts";
import { CoworkError, toCoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { lookAtPath } from "../../../system/files/files.ts";
import { withLock } from "../../../system/locks.ts";
import { plain } from "../../../system/text.ts";
import type { CloneState } from "../clone-state.ts";
import { judgeEnding, type Judgement } from "../judge.ts";
import { reserveSpace } from "../reserve.ts";
import { readRunFile, readRunRequest, runLock } from "../run-files.ts";
import { isStopAsked } from "../stop-run.ts";
import type { RunSession } from "../types.ts";
import { followAgent } from "./attempt.ts";
import { conclude, finish, recordStart } from "./conclude.ts";
import { endSurvivors } from "./end-survivors.ts";
import { openRun, type Opened } from "./open-run.ts";
import { inTurn } from "./queue.ts";
import { startAgent } from "./start-agent.ts";
import { runTimes, tell, type RunTimes } from "./supervised.ts";

/** A usage limit that is reported to last longer is not believed, in ms. */
const longestLimitMs = 8 * 24 * 3600_000;
/** The second time the limit is hit right after its end, and later, in ms. */
const againMs = 60_000;
const lookMs = 500;

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
    start ??= await recordStart(ctx, run);
    run.budget = run.request.budget === 0 || !run.runs.priced ? undefined : run.request.budget - report.view.cost;
    if (run.budget !== undefined && run.budget <= 0) return { state: "stopped", reason: "budget" };
    if (isStopAsked(ctx, place.id, run.n)) throw new StopAsked();
    await startAgent(ctx, run, { container, isAgain: attempt > 0 });
    const judgement = judgeEnding(await followAgent(ctx, run), place.agent.id);
    if (judgement.state !== "waiting") return await conclude(ctx, run, judgement, start);
    const now = ctx.clock.now().getTime();
    const until = judgement.until ?? 0;
    if (until - now > longestLimitMs) return { state: "stopped", reason: "limit" };
    await waitForLimit(ctx, run, Math.max(until, attempt > 0 ? now + againMs : 0));
  }
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
