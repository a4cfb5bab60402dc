import type { AgentState } from "../../contract/work/agent-state.ts";
import type { Waited } from "../../app/work/wait-outcome.ts";
import { plain } from "../../system/text.ts";
import type { Style } from "../terminal/style.ts";

/** One line for a session: what it is now, and whether that was waited for. */
export function renderWaited(session: Waited, style: Style): string {
  const { name, run, agentState, approvals, reached } = session;
  const runText = run === undefined ? [] : [`${run.id} ${[run.state, run.reason].filter(Boolean).join(", ")}`];
  const asked = approvals === 0 ? [] : [`${approvals} ${approvals === 1 ? "approval" : "approvals"} open`];
  const text = plain([...runText, `agent ${stateInWords(agentState)}`, ...asked].join("; "));
  return `${style(reached ? "green" : "yellow", reached ? "✔" : "…")} ${plain(name)}  ${text}`;
}

/** `waits for an approval`, `is idle` … */
function stateInWords({ state, for: reason, detail }: AgentState): string {
  const what =
    reason === undefined
      ? ""
      : ` for ${{ approval: "approval", answer: "an answer", plan: "approval of its plan", limit: "the usage limit" }[reason]}`;
  return `${state}${what}${detail === undefined ? "" : ` (${detail.slice(0, 200)})`}`;
}
