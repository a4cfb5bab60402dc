import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { activeRun } from "../../work/runs/run-files.ts";
import { runEnded, stopRun } from "../../work/runs/stop-run.ts";
import type { SessionRecord } from "../record/record.ts";

/** How long a run may take to end in order, in ms: longer than the agent's own end and that of what it left. */
const endMs = 120_000;
/** One that has not started its agent yet may be waiting for the lock that the caller holds. */
const startingMs = 5_000;

/**
 * Ends a session's active run before something that would kill it. The person is asked, unless they said so already.
 * @param doing what the command does, for the question, e.g. `Stopping the session`
 * @throws RUN_ACTIVE if the person says no, or cannot be asked
 */
export async function endActiveRun(
  ctx: Context,
  record: Pick<SessionRecord, "id" | "name">,
  { force, doing }: { force: boolean; doing: string },
): Promise<void> {
  const run = await activeRun(ctx, record.id);
  if (run === undefined) return;
  const what = `Run ${run.id} is active in ${record.name}: ${plain(run.title)}`;
  if (!force && (await ctx.ask({ kind: "confirm", text: `${what}. ${doing} ends it. Go on?` })) !== true)
    throw new CoworkError("RUN_ACTIVE", what, {
      hint: steps`wait for its end: ${ownCommand("wait", record.name)}; or run the same command again with --force`,
    });
  await stopRun(ctx, record, run.n, { by: "cowork" });
  const isStarting = run.startedAt === undefined;
  if (!(await runEnded(ctx, record, isStarting ? startingMs : endMs))) ctx.log(`run ${run.id} did not end in time`);
}
