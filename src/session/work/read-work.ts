import type { SessionWork } from "../../contract/work/calls.ts";
import type { Context } from "../../system/context.ts";
import { countOpen } from "../../work/approvals/count-open.ts";
import { newestRun } from "../../work/runs/run-files.ts";
import { readAgentState } from "../../work/state/read-state.ts";
import type { WorkPlace } from "../../work/types.ts";

/** What the agent of a session does, from small files only: `list` reads this of every session. */
export function readWork(
  ctx: Pick<Context, "paths" | "clock">,
  place: WorkPlace,
): Pick<SessionWork, "agentState" | "run" | "approvals"> {
  const run = newestRun(ctx, place.id);
  const approvals = countOpen(ctx, place.id);
  return { agentState: readAgentState(ctx, place), approvals, ...(run === undefined ? {} : { run }) };
}
