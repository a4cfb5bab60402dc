import type { ApprovalView } from "../../../contract/work/approval.ts";
import type { Context } from "../../../system/context.ts";
import { firstLine, plain } from "../../../system/text.ts";
import { takeInRequests } from "../../approvals/take-in.ts";
import { takeInReports } from "../../inbox/take-in.ts";
import { createAgentEnd } from "./agent-end.ts";
import type { Ending } from "../judge.ts";
import { readErrors, readExit } from "../output/live-files.ts";
import { createSilence } from "./silence.ts";
import { isResting, quietly, tell, type Supervised } from "./supervised.ts";
import { isStopAsked } from "../stop-run.ts";
import { takeOutput } from "../output/take-output.ts";

/** Follows one process of the agent until it has ended. @returns how it ended */
export async function followAgent(ctx: Context, run: Supervised): Promise<Ending> {
  const { place, n, times } = run;
  const now = (): number => ctx.clock.now().getTime();
  const end = createAgentEnd(ctx, run, now);
  const silence = createSilence(ctx, run, now);
  let lastTakeIn = 0;
  let lastSpent = now();
  let open: ApprovalView[] = [];
  for (;;) {
    ctx.signal.throwIfAborted();
    // Read before the output: when it exists, the output is complete.
    const exit = readExit(ctx, place.id, n);
    const lines = await run.reader.read();
    if (lines.length > 0) {
      silence.broken();
      if (!(await takeOutput(ctx, run, lines))) await end.now("disk");
    }
    if (run.reader.isFull) await end.now("output");
    if ((exit !== undefined || silence.isGone) && lines.length === 0) {
      const errors = readErrors(ctx, place.id, n);
      return {
        exit,
        gone: exit === undefined,
        endedFor: end.why,
        result: run.progress.result ?? run.runs.readErrors?.(errors),
        limitUntil: run.progress.limitUntil,
        errors,
        diskFull: run.report.diskFullSince !== undefined,
      };
    }
    if (now() - lastTakeIn >= times.takeInMs) {
      lastTakeIn = now();
      open = await takeIn(ctx, run, open);
      if (open.length > 0) silence.excused();
    }
    if (now() - lastSpent >= times.spentMs) {
      lastSpent = now();
      await takeSpent(ctx, run);
    }
    run.time.tick(now(), open.length === 0 && !isResting(run));
    await show(ctx, run, open);
    if (run.request.timeoutMs > 0 && run.time.ms >= run.request.timeoutMs) await end.now("timeout");
    if (isStopAsked(ctx, place.id, n)) await end.now("user");
    // The agent cannot write either, and may wait for ever.
    if (now() - (run.report.diskFullSince ?? now()) >= times.diskMs) await end.now("disk");
    await end.step(silence.since);
    await silence.look();
    await ctx.clock.sleep(times.lookMs, ctx.signal);
  }
}

/** What the running process has spent, before a result says so. */
async function takeSpent(ctx: Context, run: Supervised): Promise<void> {
  const { budget, place, report, spentBefore } = run;
  const { conversation } = report.view;
  if (budget === undefined || conversation === undefined) return;
  await quietly(ctx, async () => {
    const spent = await run.runs.spent?.(ctx, { id: place.id, conversation, budget });
    if (spent !== undefined) await report.set({ cost: Math.max(report.view.cost, spentBefore + spent) });
  });
}

/** @returns the open requests of this run */
async function takeIn(ctx: Context, run: Supervised, before: ApprovalView[]): Promise<ApprovalView[]> {
  let open = before;
  // Reports first: they tell which requests were decided elsewhere.
  await quietly(ctx, async () => void (await takeInReports(ctx, run.place)));
  await quietly(ctx, async () => {
    open = (await takeInRequests(ctx, run.place)).filter((one) => one.run === run.report.view.id);
    for (const one of open) if (one.kind === "plan") await run.onPlan(one, run.progress.said ?? "");
  });
  return open;
}

async function show(ctx: Context, run: Supervised, open: readonly ApprovalView[]): Promise<void> {
  const { report, time, request } = run;
  const [first] = open;
  const waits =
    first === undefined
      ? undefined
      : plain([first.tool, firstLine(first.text)].filter(Boolean).join(": ")).slice(0, 200);
  const was = report.view.state;
  const state = first === undefined ? "running" : "waiting";
  await report.set({ state, detail: waits ?? run.progress.detail, workedMs: Math.round(time.ms) });
  if (was === "running" && state === "waiting")
    await tell(ctx, run, { type: "run.waiting", data: { detail: waits ?? "", for: first?.kind ?? "approval" } });
  await tellShares(ctx, run, "budget", report.view.cost, report.view.budget);
  await tellShares(ctx, run, "time", time.ms, request.timeoutMs);
  await report.flush();
}

/** Once each when half and four fifths of a limit are used. */
async function tellShares(
  ctx: Context,
  run: Supervised,
  what: "budget" | "time",
  used: number,
  limit: number,
): Promise<void> {
  if (limit <= 0) return;
  for (const percent of [50, 80]) {
    const key = `${what} ${percent}`;
    if (used < (limit * percent) / 100 || run.reported.has(key)) continue;
    run.reported.add(key);
    const detail = `${percent} % of the ${what === "budget" ? "money" : "time"} of the run is used`;
    await tell(ctx, run, { type: `run.${what}`, data: { detail, percent, used, limit } });
  }
}
