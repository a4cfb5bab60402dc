import type { SessionState, SessionView } from "../session/types.ts";
import type { Style, Tone } from "./style.ts";
import { renderTable, type Cell, type Column } from "./table.ts";
import { ago } from "./units.ts";

const stateTones: Record<SessionState, Tone> = {
  running: "green",
  stopped: "dim",
  creating: "cyan",
  failed: "red",
  missing: "yellow",
  unreachable: "yellow",
};

export function stateCell(session: SessionView): Cell {
  const missing = session.missing === undefined ? "" : ` (${session.missing.join(", ")})`;
  return { text: session.state + missing, tone: stateTones[session.state] };
}

/**
 * The table of `cowork list`, one line for each session. Paths are shown only with `verbose`: they would make every line
 * longer than 80 columns.
 */
export function renderSessions(
  sessions: readonly SessionView[],
  options: { allProjects: boolean; verbose?: boolean; now: Date; width: number; style: Style },
): string {
  const isElsewhere = sessions.some(({ host }) => host !== "local");
  const columns: Column[] = [
    ...(options.allProjects ? [{ title: "PROJECT", min: 8 }] : []),
    { title: "SESSION", min: 8 },
    ...(isElsewhere ? [{ title: "HOST", min: 8 }] : []),
    { title: "STATE", min: 8 },
    { title: "BRANCH", min: 8 },
    { title: "STARTED", drop: 3 },
    { title: "CREATED", drop: 4 },
    ...(options.verbose === true ? [{ title: "PATH", drop: 5 }] : []),
  ];
  const rows = sessions.map((session): Cell[] => [
    ...(options.allProjects ? [{ text: session.project }] : []),
    { text: session.name, tone: "bold" },
    ...(isElsewhere ? [{ text: session.host }] : []),
    stateCell(session),
    { text: session.branch ?? "-" },
    {
      text: session.state === "running" ? ago(session.container?.startedAt ?? "", options.now) || "-" : "-",
      tone: "dim",
    },
    { text: ago(session.createdAt, options.now) || "-", tone: "dim" },
    ...(options.verbose === true ? [{ text: session.path, tone: "dim" as const }] : []),
  ]);
  return renderTable(columns, rows, options);
}
