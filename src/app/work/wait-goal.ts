import type { AgentState } from "../../contract/work/agent-state.ts";
import type { SessionWork } from "../../contract/work/calls.ts";
import { isActive } from "../../work/runs/run-state.ts";

export type WaitGoal = "idle" | "waiting" | "done" | "merged";

export const waitGoals: readonly WaitGoal[] = ["idle", "waiting", "done", "merged"];

/** Whether a session is what was waited for. */
export function hasReached({ agentState, approvals, run }: SessionWork, goal: WaitGoal): boolean {
  // Not what an agent does: `waitForMerged` finds it out.
  if (goal === "merged") return false;
  if (goal === "waiting") return approvals > 0 || (agentState.state === "waiting" && agentState.for !== "limit");
  if (goal === "done" && run !== undefined) return !isActive(run);
  return (run === undefined || !isActive(run)) && isAtRest(agentState);
}

/** The agent does nothing, and does nothing more until it gets a prompt. */
export function isAtRest({ state, detail = "" }: AgentState): boolean {
  // Reports from before the container was started: that agent is gone.
  if (state === "unknown") return /\bstale\b/.test(detail);
  return ["idle", "ended", "none", "failed"].includes(state);
}

export interface WaitWanted {
  goal: WaitGoal;
  /** one session is enough */
  any: boolean;
  /** in ms; undefined: no limit */
  timeoutMs: number | undefined;
}
