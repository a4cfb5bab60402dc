import { commandAgent } from "../../contract/agents.ts";
import { usualAgent } from "../../contract/usual-agent.ts";
import type { ErrorView } from "../../errors.ts";
import type { GitView, SessionStatus } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { agentCell, minute } from "../agents/agent-state.ts";
import { mergingLines } from "../exchange/merging.ts";
import { renderNext } from "../terminal/next.ts";
import { stateCell } from "./sessions.ts";
import type { Style } from "../terminal/style.ts";
import { ago, bytes, plural } from "../terminal/units.ts";
import { displayWidth, glue, glueQuoted, pad, truncate, wrapLines } from "../terminal/width.ts";

const labelWidth = 11;
const indent = " ".repeat(labelWidth + 2);

/** The output of `cowork status`: a block for each session, a line for each fact. */
export function renderStatus(sessions: readonly SessionStatus[], options: StatusOptions): string {
  return sessions.map((session) => renderBlock(session, options)).join("\n\n");
}

interface StatusOptions {
  /** show everything, not only the work and what needs attention */
  verbose: boolean;
  now: Date;
  width: number;
  style: Style;
}

function renderBlock(session: SessionStatus, options: StatusOptions): string {
  const { style, width } = options;
  const state = stateCell(session);
  const name = truncate(plain(session.name), width);
  const project = truncate(plain(session.project), width - displayWidth(`${name}  ${state.text}  `));
  const words = [style("bold", name), style(state.tone ?? "dim", state.text), style("dim", project)];
  const head = words.filter((word) => word !== "").join("  ");
  const lines = facts(session, options).flatMap(([label, values]) =>
    values.map((value, index) => {
      const [first, ...more] = wrapLines(plain(value), width - indent.length);
      const title = style("dim", pad(index === 0 ? label : "", labelWidth));
      return [`  ${title}${first ?? ""}`, ...more.map((line) => indent + line)].join("\n");
    }),
  );
  return [head, ...lines].join("\n");
}

function facts(session: SessionStatus, { now, verbose, width }: StatusOptions): [label: string, values: string[]][] {
  const { container, error } = session;
  const why: [string, string[]] = [
    "error",
    error === undefined ? [] : [glueQuoted(error.message), ...nextLines(error, width)],
  ];
  const host: [string, string[]] = ["host", session.host === "local" ? [] : [session.host]];
  // Only the session's name is known.
  if (session.state === "unreachable") return [host, why];
  const work: [string, string[]][] = [
    host,
    why,
    ["agent", agentLines(session, now)],
    ["run", session.run === undefined ? [] : [runText(session.run)]],
    ["branch", gitLines(session.branch, session.git)],
    ["unsaved", session.unsavedWork],
    ["merging", mergingLines(session, now)],
  ];
  const login: [string, string[]] = ["login", loginLines(session)];
  const rest: [string, string[]][] = [
    ["container", container === null ? [] : [`${container.id.slice(0, 12)} of ${container.image}`]],
    ["inside", container === null ? [] : [`${container.user} in ${container.workspaceFolder}`]],
    ["started", session.state === "running" ? [ago(container?.startedAt ?? "", now)] : []],
    ["uses", useLines(session)],
    ["disk", session.disk === null ? [] : [`clone ${bytes(session.disk.clone)}, state ${bytes(session.disk.state)}`]],
    ["ports", session.ports.map((port) => `${port.container} → ${port.address}:${port.host}`)],
    ["volumes", session.volumes],
    login,
    ["carried", session.carried],
    ["changed", session.changes],
    ["path", [session.path]],
    ["created", [ago(session.createdAt, now)]],
  ];
  const all = [...work, ...(verbose ? rest : session.login === "ok" || session.agent === commandAgent ? [] : [login])];
  return all.filter(([, values]) => values.some((value) => value !== ""));
}

/** The usual agent has no name here, and is not shown until it is started. */
function agentLines({ agent, agentState, approvals = 0 }: SessionStatus, now: Date): string[] {
  const name = agent === usualAgent ? "" : agent;
  if (agentState === undefined || agentState.state === "none") return [name];
  const { detail, until } = agentState;
  const { text } = agentCell(agentState);
  const end = until === undefined ? "" : ` until ${minute(until)}`;
  const state = `${name === "" ? "" : `${name}, `}${text}${end} (${ago(agentState.since, now)})${detail === undefined ? "" : `: ${plain(detail)}`}`;
  return approvals === 0
    ? [state]
    : [state, `${plural(approvals, "question waits", "questions wait")} for you: cowork approvals`];
}

function runText({ id, state, reason, title }: NonNullable<SessionStatus["run"]>): string {
  return `${id} ${state}${reason === undefined ? "" : `: ${reason}`}, ${plain(title)}`;
}

/** Wrapped here already, because commands must stay whole. */
function nextLines(error: ErrorView, width: number): string[] {
  const lines = renderNext(error, { width: width - indent.length, style: (_tone, text) => text });
  return lines.map(glue);
}

function loginLines({ agent, login }: SessionStatus): string[] {
  if (agent === commandAgent) return ["none: its program is that of AGENT_COMMAND"];
  return [agent === usualAgent || agent === "" ? login : `${login} (${agent})`];
}

function gitLines(branch: string | null, git: GitView | null): string[] {
  if (git === null) return branch === null ? [] : [branch];
  const counts = [
    git.ahead > 0 ? `${git.ahead} ahead` : "",
    git.behind > 0 ? `${git.behind} behind` : "",
    git.uncommitted > 0 ? `${git.uncommitted} uncommitted` : "",
    git.untracked > 0 ? `${git.untracked} untracked` : "",
    git.stashes > 0 ? plural(git.stashes, "stash", "stashes") : "",
    git.unpushedBranches > 0 ? `${plural(git.unpushedBranches, "branch", "branches")} with commits only here` : "",
  ].filter((text) => text !== "");
  const at = `${git.branch ?? "(detached)"} at ${git.head.slice(0, 10)}`;
  return [counts.length === 0 ? `${at}, clean` : `${at}, ${counts.join(", ")}`];
}

function useLines(session: SessionStatus): string[] {
  const { resources } = session;
  return resources === null ? [] : [`CPU ${resources.cpuPercent.toFixed(0)} %, memory ${bytes(resources.memoryBytes)}`];
}
