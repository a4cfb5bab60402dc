import type { AgentState } from "../../contract/work/agent-state.ts";
import type { SessionView } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import type { Tone } from "../terminal/style.ts";
import { plural } from "../terminal/units.ts";

const tones: Record<AgentState["state"], Tone> = {
  none: "green",
  starting: "cyan",
  working: "cyan",
  waiting: "yellow",
  idle: "green",
  failed: "red",
  ended: "dim",
  unknown: "yellow",
};

/** The agent of a running session. A session in which none was started only runs. */
export function agentCell(agent: AgentState): { text: string; tone: Tone } {
  const { state } = agent;
  const why = agent.for === undefined ? "" : `: ${agent.for}`;
  return { text: state === "none" ? "running" : `${state}${why}`, tone: tones[state] };
}

/** What happens in a session now, in one line: what the agent does or waits for, else how its last run ended; with its tasks. */
export function nowText(session: SessionView): string {
  const { done, total } = session.agentState?.tasks ?? { done: 0, total: 0 };
  const tasks = total === 0 ? [] : [`[${done}/${total}]`];
  return [...tasks, ...[doing(session)].filter((text) => text !== "")].join(" ");
}

function doing({ agentState: agent, run, approvals = 0 }: SessionView): string {
  const detail = plain(agent?.detail ?? "");
  const isBusy = agent !== undefined && ["starting", "working", "waiting"].includes(agent.state);
  // Another one than the agent's own, such as a subagent's.
  if (approvals > 0 && agent?.state !== "waiting") return plural(approvals, "approval");
  if (isBusy && detail !== "") return detail;
  if (agent?.until !== undefined) return `until ${minute(agent.until)}`;
  const ended = run === undefined ? "" : `run ${plain(run.id)} ${run.state}`;
  return isBusy ? ended : [detail, ended].filter((text) => text !== "").join(", ");
}

/** `1 approval: cowork approvals`; undefined if no one needs a person. */
export function needsLine(sessions: readonly SessionView[]): string | undefined {
  const approvals = sessions.reduce((sum, one) => sum + (one.approvals ?? 0), 0);
  return approvals === 0
    ? undefined
    : `${plural(approvals, "question waits", "questions wait")} for you: cowork approvals`;
}

/** `2026-03-01 15:22 UTC` */
export function minute(date: string): string {
  return `${plain(date).slice(0, 16).replace("T", " ")} UTC`;
}
