import type { AgentSignal, HookReport } from "../../agent/at-work.ts";
import type { Agent } from "../../agent/types.ts";
import type { JsonObject } from "../../contract/common.ts";
import { plain } from "../../system/text.ts";
import type { HistoryDraft } from "../history/append.ts";

/** The report of `cowork notify`, which anything in the session can call. */
const notice = "Notify";
/** More than anyone reads in a notification, in characters. */
const maxNotice = 500;

/** The event of the history for a report. @param name of its file, by which a crash does not repeat it */
export function reportEvent(agent: Agent, report: HookReport, name: string): HistoryDraft {
  if (report.event === notice) {
    const { text } = report.input ?? {};
    const detail =
      typeof text === "string"
        ? plain(text.slice(0, 2 * maxNotice))
            .slice(0, maxNotice)
            .toWellFormed()
        : "";
    return { source: "agent", type: "session.notify", at: report.at, data: { report: name, detail } };
  }
  const signal = agent.states?.read(report);
  const { state: _, detail, ...more } = signal ?? { state: "unknown" };
  const data: JsonObject = { report: name, event: report.event };
  for (const [key, value] of Object.entries({ detail, ...more })) if (value !== undefined) data[key] = value;
  const type = typeOf(signal);
  if (type === "agent.started") data["agent"] = agent.id;
  return { source: "agent", type, at: report.at, data };
}

function typeOf(signal: AgentSignal | undefined): string {
  if (signal === undefined) return "agent.reported";
  if (signal.state === "starting") return "agent.started";
  if (signal.state === "working" && signal.tool !== undefined) return "agent.tool";
  if (signal.task !== undefined) return "agent.task";
  return `agent.${signal.state}`;
}
