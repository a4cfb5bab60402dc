import type { AgentSignal, HookReport } from "../../agent/at-work.ts";
import type { Agent } from "../../agent/types.ts";
import type { JsonObject } from "../../contract/common.ts";
import type { HistoryDraft } from "../history/append.ts";

/** The event of the history for a report. @param name of its file, by which a crash does not repeat it */
export function reportEvent(agent: Agent, report: HookReport, name: string): HistoryDraft {
  const signal = agent.states?.read(report);
  const { state: _, detail, ...more } = signal ?? { state: "unknown" };
  const data: JsonObject = { report: name, event: report.event };
  for (const [key, value] of Object.entries({ detail, ...more })) if (value !== undefined) data[key] = value;
  return { source: "agent", type: typeOf(signal), at: report.at, data };
}

function typeOf(signal: AgentSignal | undefined): string {
  if (signal === undefined) return "agent.reported";
  if (signal.state === "starting") return "agent.started";
  if (signal.state === "working" && signal.tool !== undefined) return "agent.tool";
  if (signal.task !== undefined) return "agent.task";
  return `agent.${signal.state}`;
}
