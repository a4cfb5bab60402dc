import { toCoworkError } from "../../errors.ts";
import type { RunView } from "../../contract/work/run.ts";
import type { Context } from "../../system/context.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { noRun } from "../../work/runs/no-run.ts";
import { newestRun, readRun } from "../../work/runs/run-files.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { createOwnTranscript, newOwnPosition, type OwnPosition } from "../../work/transcript/own-transcript.ts";
import { renderQuestion, renderRunStart, renderRunState } from "../../work/transcript/render-question.ts";
import { createRunTranscript } from "../../work/transcript/run-transcript.ts";
import type { WorkPlace } from "../../work/types.ts";
import type { LogOutput } from "./log-output.ts";

/** What was shown. */
export interface AgentLogPosition {
  run?: { n: number; state: string; offset: number };
  own: OwnPosition;
  /** ids of questions */
  asked: string[];
}

export function newAgentLogPosition(): AgentLogPosition {
  return { own: newOwnPosition(), asked: [] };
}

/** As many questions as are shown once. */
const maxAsked = 100;

/**
 * What an agent did, in parts: its newest run, or the wanted one, then what it did in a terminal since. A question that waits for a
 * person is shown once.
 * @param at where it goes on: moved before each part is written
 * @returns a function that writes what is new, and tells whether there is anything at all and whether more can come
 */
export function createAgentLog(
  ctx: Context,
  { id, name }: { id: string; name: string },
  wanted: number | undefined,
  { at, out }: { at: AgentLogPosition; out: LogOutput },
): (place: WorkPlace) => Promise<{ isEmpty: boolean; isEnded: boolean }> {
  let read: ReturnType<typeof createRunTranscript> | undefined;
  let own: ReturnType<typeof createOwnTranscript> | undefined;
  let isEmpty = at.run === undefined && at.own.file === "";

  return async (place) => {
    // Read before the output: what it printed until its end is there then.
    const run = wanted === undefined ? newestRun(ctx, id) : readRun(ctx, id, wanted);
    if (run === undefined && wanted !== undefined) throw noRun(name, wanted);
    if (run !== undefined) {
      await showRun(place, run);
      isEmpty = false;
    }
    const isRunning = run !== undefined && isActive(run);
    if (wanted === undefined && !isRunning) {
      own ??= createOwnTranscript(ctx, place, at.own);
      const lines = await own(run === undefined ? undefined : Date.parse(run.endedAt ?? run.createdAt));
      isEmpty &&= lines.length === 0;
      await out(lines);
    }
    await showQuestions(place, run);
    return { isEmpty, isEnded: wanted !== undefined && !isRunning };
  };

  async function showRun(place: WorkPlace, run: RunView): Promise<void> {
    if (at.run !== undefined) read ??= createRunTranscript(ctx, place, at.run.n, at.run);
    if (at.run?.n !== run.n) {
      for await (const lines of read?.() ?? []) await out(lines);
      const before = at.run === undefined ? undefined : readRun(ctx, id, at.run.n);
      if (before !== undefined) await showState(before);
      at.run = { n: run.n, state: "", offset: 0 };
      read = createRunTranscript(ctx, place, run.n, at.run);
      await out([renderRunStart(run)]);
    }
    for await (const lines of read?.() ?? []) await out(lines);
    await showState(run);
  }

  async function showState(run: RunView): Promise<void> {
    const state = renderRunState(run) ?? "";
    const isNews = state !== "" && state !== at.run?.state;
    if (at.run !== undefined) at.run.state = state;
    if (isNews) await out([state]);
  }

  async function showQuestions(place: WorkPlace, run: RunView | undefined): Promise<void> {
    const open = await takeInRequests(ctx, place).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      ctx.log(`${id}: requests not taken in: ${toCoworkError(error).message}`);
      return [];
    });
    for (const one of open) {
      if (at.asked.includes(one.id) || (wanted !== undefined && one.run !== run?.id)) continue;
      at.asked = [...at.asked, one.id].slice(-maxAsked);
      isEmpty = false;
      await out(renderQuestion(one));
    }
  }
}
