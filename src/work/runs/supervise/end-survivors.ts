import type { Context } from "../../../system/context.ts";
import type { WorkPlace } from "../../types.ts";
import { endLaunched } from "../launch.ts";
import { runNumbers } from "../run-files.ts";

/** Runs whose agents may still be alive: of more than the newest few, someone would have noticed. */
const most = 3;

/**
 * Ends agents that survived the process which supervised them, before anything else writes to their conversations. The caller holds
 * the run's lock, so no run of the session is supervised by anybody else.
 */
export async function endSurvivors(ctx: Context, { id, agent, container }: WorkPlace): Promise<void> {
  if (container === undefined) return;
  for (const n of runNumbers(ctx, id).slice(0, most)) await endLaunched(ctx, { id, n, agent, container: container.id });
}
