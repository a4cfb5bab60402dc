import type { RunState, RunView } from "../../contract/work/run.ts";

const activeStates: readonly RunState[] = ["created", "running", "waiting"];

/** It has not ended. */
export function isActive(run: Pick<RunView, "state">): boolean {
  return activeStates.includes(run.state);
}
