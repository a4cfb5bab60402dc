import type { JSX } from "preact";
import type { AgentState } from "../../contract/work/agent-state.ts";
import type { RunView } from "../../contract/work/run.ts";
import type { Session } from "../state/sessions.ts";

const waits: Record<NonNullable<AgentState["for"]>, string> = {
  approval: "Needs approval",
  answer: "Has a question",
  plan: "Plan to review",
  limit: "Usage limit",
};

const agentWords: Record<AgentState["state"], [text: string, tone: string]> = {
  none: ["Ready", "good"],
  starting: ["Starting", "working"],
  working: ["Working", "working"],
  waiting: ["Waiting", "waiting"],
  idle: ["Idle", ""],
  failed: ["Failed", "bad"],
  ended: ["Ended", ""],
  unknown: ["Unknown", ""],
};

const sessionWords: Record<string, [text: string, tone: string]> = {
  creating: ["Creating", "working"],
  stopped: ["Stopped", ""],
  failed: ["Failed", "bad"],
  missing: ["Incomplete", "bad"],
  unreachable: ["Unreachable", "bad"],
};

/** The most important thing about a session's state, in one or two words. */
export function stateWords({ state, agentState, approvals = 0, run }: Session): [text: string, tone: string] {
  if (state !== undefined && state !== "running") return sessionWords[state] ?? [state, ""];
  if (agentState === undefined) return ["Running", ""];
  if (agentState.state === "waiting" && agentState.for !== undefined) return [waits[agentState.for], "waiting"];
  if (approvals > 0) return [waits.approval, "waiting"];
  const isOver = agentState.state === "idle" || agentState.state === "ended";
  if (isOver && run?.state === "completed") return ["Done", "good"];
  if (isOver && run?.state === "failed") return ["Failed", "bad"];
  return agentWords[agentState.state];
}

export function StatePill({ session }: { session: Session }): JSX.Element {
  const [text, tone] = stateWords(session);
  return <span class={`pill ${tone}`}>{text}</span>;
}

const runTones: Record<RunView["state"], string> = {
  created: "",
  running: "working",
  waiting: "waiting",
  completed: "good",
  failed: "bad",
  stopped: "",
};

export function RunPill({ run }: { run: RunView }): JSX.Element {
  return (
    <span class={`pill ${runTones[run.state]}`}>
      {run.state}
      {run.reason === undefined ? "" : `: ${run.reason}`}
    </span>
  );
}
