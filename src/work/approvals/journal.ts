import type { AskedApproval } from "../../agent/at-work.ts";
import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import type { HistoryDraft } from "../history/append.ts";
import { shownText } from "./shown-text.ts";

// The journal says what was asked, who saw it, who answered what through what, and when.

function about({ id, digest }: StoredApproval): { approval: string; digest: string } {
  return { approval: id, digest };
}

export function askedEvent(one: StoredApproval, asked: AskedApproval): HistoryDraft {
  const { kind, tool, subagent, text } = asked;
  const detail = shownText(text).text.split("\n", 1)[0]?.slice(0, 200) ?? "";
  const data = { detail, ...about(one), kind, tool: shownText(tool).text, subagent, ...(one.run && { run: one.run }) };
  return { source: "cowork", type: "approval.asked", data, at: Date.parse(one.seenAt) };
}

export function shownEvent(one: StoredApproval): HistoryDraft {
  const { by = "", through = "" } = one.shown ?? {};
  return { source: "person", type: "approval.shown", data: { ...about(one), by, through } };
}

export function answeredEvent(one: StoredApproval): HistoryDraft {
  const { at: _, decision = "deny", ...rest } = one.answer ?? { rules: [], by: "", through: "" };
  const detail = decision === "allow" ? "allowed" : "denied";
  return { source: "person", type: "approval.answered", data: { detail, ...about(one), decision, ...rest } };
}

export function retiredEvent(one: StoredApproval): HistoryDraft {
  const detail = one.retired?.reason ?? "";
  return { source: "cowork", type: "approval.retired", data: { detail, ...about(one), reason: detail } };
}

/** Requests that could not be taken in, and files that were changed after that. */
export function droppedEvent(reason: string, count: number): HistoryDraft {
  return { source: "cowork", type: "event.dropped", data: { detail: reason, what: "approval", count } };
}
