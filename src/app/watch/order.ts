import type { SessionView } from "../../session/types.ts";
import { compareViews } from "../../session/inspect/view.ts";

/** A person must do something before the agent goes on. The end of a usage limit is not up to a person. */
export function needsPerson({ state, agentState, approvals = 0 }: SessionView): boolean {
  if (state !== "running") return false;
  return approvals > 0 || (agentState?.state === "waiting" && agentState.for !== "limit");
}

/** What needs a person first, the one that waits longest at the top; then what failed, works, has finished (the last one first), and rests. */
export function compareByNeed(a: SessionView, b: SessionView): number {
  const [first, second] = [rankOf(a), rankOf(b)];
  if (first !== second) return first - second;
  const bySince = Date.parse(a.agentState?.since ?? "") - Date.parse(b.agentState?.since ?? "");
  const isOldestFirst = first === rank.needs;
  const isNewestFirst = first === rank.failed || first === rank.idle;
  const byTime = isOldestFirst ? bySince : isNewestFirst ? -bySince : 0;
  return byTime || compareViews(a, b) || compareText(a.host, b.host);
}

const rank = { needs: 0, failed: 1, works: 2, idle: 3, other: 4, stopped: 5 };

function rankOf(session: SessionView): number {
  const { state, agentState } = session;
  if (needsPerson(session)) return rank.needs;
  if (state === "failed") return rank.failed;
  if (state === "stopped") return rank.stopped;
  if (state !== "running") return rank.other;
  if (agentState?.state === "failed") return rank.failed;
  if (["starting", "working", "waiting"].includes(agentState?.state ?? "")) return rank.works;
  return agentState?.state === "idle" ? rank.idle : rank.other;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
