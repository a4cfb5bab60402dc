import { randomUUID } from "node:crypto";
import type { AgentRuns } from "../../agent/at-work.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import type { RunRequest } from "../../contract/work/run.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { takeInRequests } from "../approvals/take-in.ts";
import { appendHistory, type HistoryDraft } from "../history/append.ts";
import { takeInReports } from "../inbox/take-in.ts";
import type { WorkPlace } from "../types.ts";
import { appendOutput, isAccepted, writeConversation, type ConversationState } from "./accepted.ts";
import type { EndedFor, Ending } from "./judge.ts";
import { endLaunched, isLaunchedAlive } from "./launch.ts";
import { readErrors, readExit } from "./live-files.ts";
import type { OutputReader } from "./output-reader.ts";
import { applyOutput, type Progress } from "./progress.ts";
import type { RunReport } from "./report.ts";
import { closeRunInput, writeToRun } from "./run-input.ts";
import { isStopAsked } from "./stop-run.ts";
import type { WorkingTime } from "./working-time.ts";

/** Times in ms. A test has shorter ones. */
export interface RunTimes {
  /** between two looks at the output */
  lookMs: number;
  /** between two looks for requests and reports */
  takeInMs: number;
  /** between a result and the end of the input: a follow-up comes in time */
  graceMs: number;
  /** how long an agent may stay after its input ended */
  stayMs: number;
  /** how long an interrupted agent may take to end */
  interruptMs: number;
  /** without a word from the agent: it stalls */
  stallMs: number;
  /** between two checks that a silent agent still exists */
  checkMs: number;
}

export const runTimes: RunTimes = {
  lookMs: 200,
  takeInMs: 500,
  graceMs: 1_500,
  stayMs: 60_000,
  interruptMs: 15_000,
  stallMs: 10 * 60_000,
  checkMs: 10_000,
};

/** One run while it is supervised. */
export interface Supervised {
  place: WorkPlace;
  n: number;
  agent: WorkPlace["agent"];
  runs: AgentRuns;
  request: RunRequest;
  report: RunReport;
  reader: OutputReader;
  time: WorkingTime;
  /** what the conversation had spent before this run */
  before: ConversationState;
  progress: Progress;
  times: RunTimes;
  /** shares of money and time of which an event was written, e.g. `budget 50` */
  told: Set<string>;
  onPlan(approval: ApprovalView): Promise<void>;
}

/** Follows one process of the agent until it has ended. @returns how it ended */
export async function followAgent(ctx: Context, run: Supervised): Promise<Ending> {
  const { place, n, times } = run;
  const container = place.container?.id ?? "";
  const now = (): number => ctx.clock.now().getTime();
  let lastWord = now();
  let lastTakeIn = 0;
  let lastCheck = now();
  let stalled = false;
  let open: ApprovalView[] = [];
  /** when the input was closed, or the agent was told to stop */
  let ending: { why?: EndedFor; at: number; step: "closing" | "interrupted" | "killed" } | undefined;
  let gone = false;

  const end = async (why: EndedFor): Promise<void> => {
    if (ending?.why !== undefined) return;
    ending = { why, at: now(), step: "interrupted" };
    await quietly(ctx, async () => {
      await writeToRun(ctx, place, n, run.runs.interrupt(randomUUID()));
      await closeRunInput(ctx, place, n);
    });
  };

  for (;;) {
    ctx.signal.throwIfAborted();
    // Read before the output: when it exists, the output is complete.
    const exit = readExit(ctx, place.id, n);
    const lines = await run.reader.read();
    if (lines.length > 0) {
      lastWord = now();
      stalled = false;
      if (!(await takeOutput(ctx, run, lines))) await end("disk");
    }
    if (run.reader.isFull) await end("output");
    if ((exit !== undefined || gone) && lines.length === 0) {
      return {
        exit,
        gone: gone && exit === undefined,
        endedFor: ending?.why,
        result: run.progress.result,
        limitUntil: run.progress.limitUntil,
        errors: readErrors(ctx, place.id, n),
      };
    }

    if (now() - lastTakeIn >= times.takeInMs) {
      lastTakeIn = now();
      open = await takeIn(ctx, run, open);
      if (open.length > 0) lastWord = now();
    }
    const isResting = run.progress.isResting && run.progress.background === 0;
    run.time.tick(now(), open.length === 0 && !isResting);
    await show(ctx, run, open);
    if (run.request.timeoutMs > 0 && run.time.ms >= run.request.timeoutMs) await end("timeout");
    if (isStopAsked(ctx, place.id, n)) await end("user");

    if (ending === undefined && isResting && now() - lastWord >= times.graceMs) {
      const isQuiet = async (): Promise<boolean> => {
        const more = await run.reader.read();
        if (more.length > 0) await takeOutput(ctx, run, more);
        return more.length === 0;
      };
      await quietly(ctx, async () => {
        if (await closeRunInput(ctx, place, n, isQuiet)) ending = { at: now(), step: "closing" };
        // Somebody else closed it, or the agent is gone.
        else if (run.progress.isResting) ending = { at: now(), step: "closing" };
      });
    }
    // A follow-up that was written before the input was closed is still handled.
    if (ending?.step === "closing" && !isResting) ending = undefined;
    if (ending?.step === "closing" && now() - Math.max(ending.at, lastWord) >= times.stayMs) {
      ending = { why: "stayed", at: now(), step: "interrupted" };
      await kill(ctx, run);
      ending.step = "killed";
    }
    if (ending?.step === "interrupted" && now() - ending.at >= times.interruptMs) {
      await kill(ctx, run);
      ending.step = "killed";
    }

    if (!stalled && now() - lastWord >= times.stallMs && open.length === 0) {
      stalled = true;
      await tell(ctx, run, { type: "run.stalled", data: { detail: "no sign of life for a while" } });
    }
    const isSilent = now() - Math.max(lastWord, lastCheck) >= times.checkMs;
    if (isSilent && exit === undefined) {
      lastCheck = now();
      await quietly(ctx, async () => {
        gone = !(await isLaunchedAlive(ctx, { id: place.id, n, container }));
      });
    }
    await ctx.clock.sleep(times.lookMs, ctx.signal);
  }
}

/** @returns false if the disk is full */
async function takeOutput(ctx: Context, run: Supervised, lines: readonly string[]): Promise<boolean> {
  const { place, n, report } = run;
  const accepted: string[] = [];
  const spent = run.progress.conversation;
  for (const line of lines) {
    const outputs = run.runs.read(line);
    if (isAccepted(line, outputs)) accepted.push(line);
    for (const output of outputs ?? []) run.progress = applyOutput(run.progress, output);
  }
  const { progress } = run;
  const { conversation, result } = progress;
  await report.set({ turns: progress.turns, denials: progress.denials });
  if (conversation !== undefined) {
    const { cost, tokens } = conversation;
    await report.set({
      cost: Math.max(report.view.cost, cost - run.before.cost, 0),
      tokens: {
        input: Math.max(0, tokens.input - run.before.tokens.input),
        output: Math.max(0, tokens.output - run.before.tokens.output),
      },
    });
  }
  if (result !== undefined && result.text !== "") await report.set({ result: result.text.slice(0, 2000) });
  try {
    await appendOutput(ctx, place.id, n, accepted);
    if (conversation !== undefined && conversation !== spent) await writeConversation(ctx, place.id, n, conversation);
    return true;
  } catch (error) {
    ctx.log(`run ${report.view.id}: ${toCoworkError(error).message}`);
    return toCoworkError(error).code !== "DISK_FULL";
  }
}

/** @returns the open requests of this run */
async function takeIn(ctx: Context, run: Supervised, before: ApprovalView[]): Promise<ApprovalView[]> {
  let open = before;
  await quietly(ctx, async () => {
    open = (await takeInRequests(ctx, run.place)).filter((one) => one.run === run.report.view.id);
    for (const one of open) if (one.kind === "plan") await run.onPlan(one);
  });
  await quietly(ctx, async () => void (await takeInReports(ctx, run.place)));
  return open;
}

async function show(ctx: Context, run: Supervised, open: readonly ApprovalView[]): Promise<void> {
  const { report, time, request } = run;
  const [first] = open;
  const waits =
    first === undefined ? undefined : plain(`${first.tool}: ${first.text.split("\n")[0] ?? ""}`).slice(0, 200);
  const was = report.view.state;
  const state = first === undefined ? "running" : "waiting";
  await report.set({ state, detail: waits ?? run.progress.detail, workedMs: Math.round(time.ms) });
  if (was === "running" && state === "waiting")
    await tell(ctx, run, { type: "run.waiting", data: { detail: waits ?? "", for: first?.kind ?? "approval" } });
  await tellShares(ctx, run, "budget", report.view.cost, request.budget);
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
    if (used < (limit * percent) / 100 || run.told.has(key)) continue;
    run.told.add(key);
    const detail = `${percent} % of the ${what === "budget" ? "money" : "time"} of the run is used`;
    await tell(ctx, run, { type: `run.${what}`, data: { detail, percent, used, limit } });
  }
}

async function kill(ctx: Context, run: Supervised): Promise<void> {
  const { place, n, agent } = run;
  const container = place.container?.id ?? "";
  await quietly(ctx, async () => await endLaunched(ctx, { id: place.id, n, agent, container }));
}

/** An event about the run. A history that cannot be written does not end it. */
export async function tell(
  ctx: Context,
  { place, report }: Pick<Supervised, "place" | "report">,
  draft: Omit<HistoryDraft, "source">,
): Promise<void> {
  const data = { run: report.view.id, ...draft.data };
  await quietly(ctx, async () => void (await appendHistory(ctx, place.id, [{ ...draft, source: "cowork", data }])));
}

/** Work whose failure must not end a run: it is tried again, or the next look shows what happened. */
async function quietly(ctx: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`run: ${toCoworkError(error).code}: ${toCoworkError(error).message}`);
  }
}
