import type { RunView } from "../../contract/work/run.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { emitNote } from "../sessions/outcomes.ts";
import type { StartedRun } from "./start-runs.ts";

const pollMs = 700;

export interface RunListener {
  /** called with each new state of the run */
  onChange(run: RunView): void;
  /** called while the run waits for a person; may ask that person and answer */
  onWaiting(run: RunView): Promise<void>;
}

/**
 * Follows a run to its end. A host that goes away is asked again until it is back or the context's signal fires.
 * @throws INTERRUPTED; the run goes on
 */
export async function followRun({ run, target }: StartedRun, listener: RunListener): Promise<RunView> {
  const { ctx } = target.scope;
  let last = run;
  let isLost = false;
  for (;;) {
    if (!isActive(last)) return last;
    await ctx.clock.sleep(pollMs, ctx.signal).catch((error: unknown) => {
      throw toCoworkError(error);
    });
    try {
      const [now] = await target.host.runs(target.selector, { n: run.n });
      isLost = false;
      if (now === undefined) throw gone(run);
      if (isNews(last, now)) listener.onChange(now);
      last = now;
      if (now.state === "waiting" && now.until === undefined) await listener.onWaiting(now);
    } catch (error) {
      const known = toCoworkError(error);
      if (known.code !== "HOST_UNREACHABLE") throw known;
      if (!isLost) emitNote(target.scope, `${known.message} Trying again.`);
      isLost = true;
    }
  }
}

function isNews(before: RunView, now: RunView): boolean {
  return before.state !== now.state || before.detail !== now.detail;
}

function gone({ id, session }: RunView): CoworkError {
  return new CoworkError("RUN_NOT_FOUND", `Run ${id} does not exist any more.`, {
    hint: [ownCommand("runs", session)],
  });
}

/** @throws RUN_FAILED unless all runs completed */
export function requireCompleted(runs: readonly RunView[]): void {
  const failed = runs.find(({ state }) => state !== "completed");
  if (failed === undefined) return;
  const { id, state, reason, detail } = failed;
  const why = [reason, detail].filter((one) => one !== undefined).join(": ");
  throw new CoworkError("RUN_FAILED", `Run ${id} ${state}${why === "" ? "" : ` (${why})`}.`, {
    hint: [ownCommand("logs", id)],
  });
}
