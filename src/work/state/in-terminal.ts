import type { Context } from "../../system/context.ts";
import type { WorkPlace } from "../types.ts";
import { processesOf } from "./check-state.ts";
import { processKey } from "./read-state.ts";

/**
 * Whether the agent runs in a terminal of the session. The agent's files say so, and the processes in the container whether it is
 * still true; if they cannot be listed, it counts as true.
 */
export async function isInTerminal(ctx: Context, { id, agent, container }: WorkPlace): Promise<boolean> {
  if (container?.running !== true) return false;
  const programs = (agent.states?.programs(ctx, id) ?? []).filter(({ interactive }) => interactive);
  if (programs.length === 0) return false;
  const living = await processesOf(ctx, container.id, agent);
  return living === undefined || programs.some((one) => living.has(processKey(one)));
}
