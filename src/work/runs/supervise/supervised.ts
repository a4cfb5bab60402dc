import type { AgentRuns } from "../../../agent/at-work.ts";
import type { ApprovalView } from "../../../contract/work/approval.ts";
import type { RunRequest } from "../../../contract/work/run.ts";
import { toCoworkError } from "../../../errors.ts";
import type { Context } from "../../../system/context.ts";
import { lookAtPath } from "../../../system/files/files.ts";
import { appendHistory, type HistoryDraft } from "../../history/append.ts";
import type { WorkPlace } from "../../types.ts";
import type { ConversationState } from "../output/accepted.ts";
import type { OutputReader } from "../output/output-reader.ts";
import type { Progress } from "../progress.ts";
import type { RunReport } from "../report.ts";
import type { WorkingTime } from "./working-time.ts";

/** Times in ms. A test has shorter ones. */
export interface RunTimes {
  /** between two looks at the output */
  lookMs: number;
  /** between two looks at what was spent */
  spentMs: number;
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
  /** how long the disk may be full */
  diskMs: number;
  /** between two checks that a silent agent still exists */
  checkMs: number;
}

export const runTimes: RunTimes = {
  lookMs: 200,
  spentMs: 3_000,
  takeInMs: 500,
  graceMs: 1_500,
  stayMs: 60_000,
  interruptMs: 15_000,
  stallMs: 10 * 60_000,
  diskMs: 30_000,
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
  /** USD that the agent's process may spend; absent: no limit */
  budget?: number | undefined;
  /** USD that the run had spent when that process started */
  spentBefore: number;
  /** what the conversation had spent before this run */
  before: ConversationState;
  progress: Progress;
  times: RunTimes;
  /** shares of money and time of which an event was written, e.g. `budget 50` */
  reported: Set<string>;
  /** @param said what the agent said last */
  onPlan(approval: ApprovalView, said: string): Promise<void>;
}

/** A result was printed, and nothing runs in the background. */
export function isResting({ progress }: Pick<Supervised, "progress">): boolean {
  return progress.isResting && progress.background === 0;
}

/** An event about the run. A history that cannot be written does not end it. */
export async function tell(
  ctx: Context,
  { place, report }: Pick<Supervised, "place" | "report">,
  draft: Omit<HistoryDraft, "source">,
): Promise<void> {
  const { view } = report;
  // The session was removed meanwhile.
  if (lookAtPath(ctx.paths.run(view.sessionId, view.n)) === undefined) return;
  const data = { run: view.id, ...draft.data };
  await quietly(ctx, async () => void (await appendHistory(ctx, place.id, [{ ...draft, source: "cowork", data }])));
}

/** Work whose failure must not end a run: it is tried again, or the next look shows what happened. */
export async function quietly(ctx: Context, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`run: ${toCoworkError(error).code}: ${toCoworkError(error).message}`);
  }
}
