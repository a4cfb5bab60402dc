import type { AgentState } from "../../contract/work/agent-state.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { WorkPlace } from "../types.ts";

/** What the agent does, from a few small files. Takes no lock, starts nothing. */
export function readAgentState(_ctx: Pick<Context, "paths">, _place: WorkPlace): AgentState {
  throw new CoworkError("INTERNAL", "not built");
}
