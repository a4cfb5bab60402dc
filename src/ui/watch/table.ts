import type { SessionView } from "../../session/types.ts";
import { hasSeveralAgents, sinceOf, stateOf } from "../sessions/sessions.ts";
import { nowText } from "../agents/agent-state.ts";
import { isAnyHeld, notPulledCell } from "../exchange/not-pulled.ts";
import { renderTable, type Cell, type Column } from "../terminal/table.ts";
import { age } from "../terminal/units.ts";
import { pad } from "../terminal/width.ts";
import type { Drawing, Picture } from "./types.ts";

/** The titles, and the sessions in view, of which the selected one has an arrow. The widths of columns do not depend on what is in view. */
export function tableLines(
  { shown, selected, top, needing, total }: Picture,
  page: number,
  drawing: Drawing,
): string[] {
  const { columns: width, style, now } = drawing;
  if (shown.length === 0) return ["", style("dim", total === 0 ? "  No sessions. n makes one." : "  None matches.")];
  const isElsewhere = shown.some(({ host }) => host !== "local");
  const hasProjects = new Set(shown.map(({ project }) => project)).size > 1;
  const hasAgents = hasSeveralAgents(shown);
  const isHeld = isAnyHeld(shown);
  // On a usual screen what the agents do is cut, and every column stays.
  const drop = (order: number): { drop?: number } => (width < 60 ? { drop: order } : {});
  const columns: Column[] = [
    { title: "" },
    { title: "SESSION", min: 8 },
    ...(hasProjects ? [{ title: "PROJECT", min: 6, ...drop(4) }] : []),
    ...(isElsewhere ? [{ title: "HOST", min: 6, ...drop(3) }] : []),
    ...(hasAgents ? [{ title: "AGENT", min: 5, ...drop(2) }] : []),
    { title: "STATE", min: 8 },
    { title: "SINCE", align: "right", ...drop(5) },
    ...(isHeld ? [{ title: "NOT PULLED", min: 10, ...drop(2) }] : []),
    { title: "NOW", min: 12 },
  ];
  const waiting = new Set(needing);
  const rows = shown.map((session): Cell[] => {
    const state = stateOf(session);
    const mark = markOf(session, waiting.has(session));
    return [
      { ...state, text: mark },
      { text: session.name, tone: "bold" },
      ...(hasProjects ? [{ text: session.project }] : []),
      ...(isElsewhere ? [{ text: session.host }] : []),
      ...(hasAgents ? [{ text: session.agent || "-" }] : []),
      state,
      { text: session.state === "running" ? age(sinceOf(session), now) || "-" : "-", tone: "dim" },
      ...(isHeld ? [notPulledCell(session, now)] : []),
      { text: nowText(session) || "-" },
    ];
  });
  const withoutTone = rows.map((row, n) => (shown[n] === selected ? row.map(({ text }) => ({ text })) : row));
  const [titles = "", ...lines] = renderTable(columns, withoutTone, { width: Math.max(1, width - 2), style }).split(
    "\n",
  );
  const inView = lines.slice(top, top + page);
  return [
    `  ${titles}`,
    ...inView.map((line, n) => (shown[top + n] === selected ? selectedLine(line, drawing) : `  ${line}`)),
  ];
}

/** It stands out without colour, too. */
function selectedLine(text: string, { columns, style }: Drawing): string {
  const hasColour = style("bold", "x") !== "x";
  return hasColour ? style("inverse", pad(`› ${text}`, columns)) : `› ${text}`;
}

/** The meaning of a state in one character, as the help explains them. */
function markOf({ state, agentState, run }: SessionView, needs: boolean): string {
  if (needs) return "?";
  if (state === "stopped") return "-";
  if (state !== "running") return "!";
  const marks: Partial<Record<string, string>> = { starting: "●", working: "●", waiting: "●", idle: "✓", failed: "!" };
  // The agent of a run ends with it.
  const end: Partial<Record<string, string>> = { completed: "✓", failed: "!" };
  const isEnd = agentState?.state === "ended" && run !== undefined;
  return (isEnd ? end[run.state] : marks[agentState?.state ?? ""]) ?? "·";
}
