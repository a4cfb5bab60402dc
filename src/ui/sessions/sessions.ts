import type { SessionState, SessionView } from "../../session/types.ts";
import type { Style, Tone } from "../terminal/style.ts";
import { plain } from "../../system/text.ts";
import { renderTable, type Cell, type Column } from "../terminal/table.ts";
import { agentCell, nowText } from "../agents/agent-state.ts";
import { mergingCell } from "../exchange/merging.ts";
import { isAnyHeld, notPulledCell } from "../exchange/not-pulled.ts";
import { age, ago } from "../terminal/units.ts";
import { displayWidth } from "../terminal/width.ts";

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
  const hidden = session.hidden === true ? ", hidden" : "";
  return { text: session.state + missing + hidden, tone: stateTones[session.state] };
}

interface ListOptions {
  allProjects: boolean;
  /** with agent, branch, start and creation */
  wide?: boolean;
  verbose?: boolean;
  now: Date;
  width: number;
  style: Style;
}

/**
 * The table of `cowork list`, one line for each session. With `verbose` there are all columns and paths too: as the last column, or
 * below each session if the column does not fit. A path is never cut.
 */
export function renderSessions(sessions: readonly SessionView[], options: ListOptions): string {
  if (options.verbose !== true) return renderTable(...tableOf(sessions, options), options);
  const [columns, rows] = tableOf(sessions, options);
  const paths = sessions.map(({ path }): Cell => ({ text: path, tone: "dim" }));
  const withPaths = [
    [...columns, { title: "PATH" }],
    rows.map((row, at) => [...row, paths[at] ?? { text: "" }]),
  ] as const;
  const whole = renderTable(...withPaths, { width: Number.POSITIVE_INFINITY, style: (_tone, text) => text });
  if (whole.split("\n").every((line) => displayWidth(line) <= options.width)) return renderTable(...withPaths, options);
  const [titles, ...lines] = renderTable(columns, rows, options).split("\n");
  return [
    titles,
    ...lines.flatMap((line, at) => [line, `  ${options.style("dim", plain(paths[at]?.text ?? ""))}`]),
  ].join("\n");
}

function tableOf(sessions: readonly SessionView[], options: ListOptions): [Column[], Cell[][]] {
  const { allProjects, now } = options;
  const isElsewhere = sessions.some(({ host }) => host !== "local");
  const isCompared = sessions.some(({ conflicts, merged }) => conflicts !== undefined || merged?.state === "merged");
  const isHeld = isAnyHeld(sessions);
  const isWide = options.wide === true || options.verbose === true;
  const showsAgents = isWide || hasSeveralAgents(sessions);
  const columns: Column[] = [
    ...(allProjects ? [{ title: "PROJECT", min: 8 }] : []),
    { title: "SESSION", min: 8 },
    ...(isElsewhere ? [{ title: "HOST", min: 8 }] : []),
    ...(showsAgents ? [{ title: "AGENT", drop: 2 }] : []),
    { title: "STATE", min: 8 },
    // On a usual screen what the agents do is cut, and since when stays.
    { title: "SINCE", align: "right", ...(options.width < 60 ? { drop: 5 } : {}) },
    ...(isHeld ? [{ title: "NOT PULLED", min: 10 }] : []),
    ...(isWide
      ? [
          { title: "BRANCH", min: 8 },
          { title: "STARTED", drop: 3 },
          { title: "CREATED", drop: 4 },
        ]
      : [{ title: "NOW", min: 8 }]),
    ...(isCompared ? [{ title: "MERGING", min: 8, drop: 1 }] : []),
  ];
  const rows = sessions.map((session): Cell[] => [
    ...(allProjects ? [{ text: session.project }] : []),
    { text: session.name, tone: "bold" },
    ...(isElsewhere ? [{ text: session.host }] : []),
    ...(showsAgents ? [{ text: session.agent || "-" }] : []),
    stateOf(session),
    { text: session.state === "running" ? age(sinceOf(session), now) || "-" : "-", tone: "dim" },
    ...(isHeld ? [notPulledCell(session, now)] : []),
    ...(isWide
      ? ([
          { text: session.branch ?? "-" },
          {
            text: session.state === "running" ? ago(session.container?.startedAt ?? "", now) || "-" : "-",
            tone: "dim",
          },
          { text: ago(session.createdAt, now) || "-", tone: "dim" },
        ] satisfies Cell[])
      : [{ text: nowText(session) || "-" }]),
    ...(isCompared ? [mergingCell(session, now)] : []),
  ]);
  return [columns, rows];
}

/** Whether sessions, or runs, do not all have the same agent. That of a session that cannot be read is not known. */
export function hasSeveralAgents(all: readonly { agent: string }[]): boolean {
  return new Set(all.flatMap(({ agent }) => (agent === "" ? [] : [agent]))).size > 1;
}

/** What the agent does, as long as the session runs. */
export function stateOf(session: SessionView): Cell {
  const { state, agentState } = session;
  return state !== "running" || agentState === undefined ? stateCell(session) : agentCell(agentState);
}

/** Since when it is so. */
export function sinceOf({ agentState, container }: SessionView): string {
  return agentState === undefined || agentState.state === "none" ? (container?.startedAt ?? "") : agentState.since;
}
