import { toCoworkError } from "../../errors.ts";
import type { RunView } from "../../contract/work/run.ts";
import type { Context } from "../../system/context.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { noRun } from "../../work/runs/no-run.ts";
import { newestRun, readRun } from "../../work/runs/run-files.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { createOwnTranscript } from "../../work/transcript/own-transcript.ts";
import { renderQuestion, renderRunStart, renderRunState } from "../../work/transcript/render-question.ts";
import { createRunTranscript } from "../../work/transcript/run-transcript.ts";
import type { WorkPlace } from "../../work/types.ts";
import type { LogOutput } from "./log-output.ts";

/** What was shown of a run. */
interface Shown {
  n: number;
  state: string | undefined;
  read: ReturnType<typeof createRunTranscript>;
}

/**
 * What an agent did, in parts: its newest run, or the wanted one, then what it did in a terminal since. A question that waits for a
 * person is shown once.
 * @returns a function that writes what is new, and tells whether there is anything at all and whether more can come
 */
export function createAgentLog(
  ctx: Context,
  { id, name }: { id: string; name: string },
  wanted: number | undefined,
  out: LogOutput,
): (place: WorkPlace) => Promise<{ isEmpty: boolean; isEnded: boolean }> {
  let shown: Shown | undefined;
  let own: ReturnType<typeof createOwnTranscript> | undefined;
  let isEmpty = true;
  const asked = new Set<string>();

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
      own ??= createOwnTranscript(ctx, place);
      const lines = await own(run === undefined ? undefined : Date.parse(run.endedAt ?? run.createdAt));
      isEmpty &&= lines.length === 0;
      await out(lines);
    }
    await showQuestions(place, run);
    return { isEmpty, isEnded: wanted !== undefined && !isRunning };
  };

  async function showRun(place: WorkPlace, run: RunView): Promise<void> {
    if (shown?.n !== run.n) {
      for await (const lines of shown?.read() ?? []) await out(lines);
      shown = { n: run.n, state: undefined, read: createRunTranscript(ctx, place, run.n) };
      await out([renderRunStart(run)]);
    }
    for await (const lines of shown.read()) await out(lines);
    const state = renderRunState(run);
    if (state !== undefined && state !== shown.state) await out([state]);
    shown.state = state;
  }

  async function showQuestions(place: WorkPlace, run: RunView | undefined): Promise<void> {
    const open = await takeInRequests(ctx, place).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      ctx.log(`${id}: requests not taken in: ${toCoworkError(error).message}`);
      return [];
    });
    for (const one of open) {
      if (asked.has(one.id) || (wanted !== undefined && one.run !== run?.id)) continue;
      asked.add(one.id);
      isEmpty = false;
      await out(renderQuestion(one));
    }
  }
}
