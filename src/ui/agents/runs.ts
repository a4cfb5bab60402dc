import type { RunRequest, RunView } from "../../contract/work/run.ts";
import { plain } from "../../system/text.ts";
import { hasSeveralAgents } from "../sessions/sessions.ts";
import type { Style, Tone } from "../terminal/style.ts";
import { renderTable, type Cell, type Column } from "../terminal/table.ts";
import { ago, bytes, duration } from "../terminal/units.ts";

const tones: Record<RunView["state"], Tone> = {
  created: "dim",
  running: "cyan",
  waiting: "yellow",
  completed: "green",
  failed: "red",
  stopped: "yellow",
};

/** `stopped: budget`, `waiting: 3 runs before it` */
export function runState({ state, reason, detail }: RunView): string {
  const why = reason ?? (state === "completed" || state === "running" ? undefined : detail);
  return why === undefined ? state : `${state}: ${plain(why)}`;
}

/** One line for a run whose state changed. */
export function runLine(run: RunView): string {
  const detail = run.detail === undefined ? "" : ` (${plain(run.detail)})`;
  const why = run.reason === undefined ? "" : `: ${run.reason}`;
  return `${plain(run.id)} ${run.state}${why}${detail}`;
}

export function money(usd: number): string {
  return `$${usd.toFixed(2)}`;
}

/** The table of `cowork runs`. */
export function renderRuns(runs: readonly RunView[], options: { now: Date; width: number; style: Style }): string {
  const isElsewhere = runs.some(({ host }) => host !== "local");
  const hasAgents = hasSeveralAgents(runs);
  const columns: Column[] = [
    { title: "RUN", min: 6 },
    ...(isElsewhere ? [{ title: "HOST", min: 6, drop: 3 }] : []),
    ...(hasAgents ? [{ title: "AGENT", drop: 1 }] : []),
    { title: "STATE", min: 9 },
    { title: "CREATED", drop: 2 },
    { title: "WORKED", align: "right", drop: 4 },
    { title: "COST", align: "right" },
    { title: "TASK", min: 12 },
  ];
  const rows = runs.map((run): Cell[] => [
    { text: run.id, tone: "bold" },
    ...(isElsewhere ? [{ text: run.host }] : []),
    ...(hasAgents ? [{ text: run.agent }] : []),
    { text: runState(run), tone: tones[run.state] },
    { text: ago(run.createdAt, options.now) || "-", tone: "dim" },
    { text: run.workedMs === 0 ? "-" : duration(run.workedMs), tone: "dim" },
    { text: run.unpriced === true ? "-" : money(run.cost) },
    { text: run.title },
  ]);
  return renderTable(columns, rows, options);
}

const unpriced = "not known: the agent tells tokens only, so no budget holds";

/** One run with all that is known, one fact a line. */
export function renderRun(run: RunView, { style }: { style: Style }): string {
  const limit = run.budget === 0 ? "no limit" : `of ${money(run.budget)}`;
  const facts: [string, string | undefined][] = [
    ["task", run.title],
    ["action", `${run.action}, permissions ${run.permissions}${run.model === undefined ? "" : `, ${run.model}`}`],
    ["agent", run.agent],
    ["created", run.createdAt],
    ["worked", `${duration(run.workedMs)}${run.timeoutMs === 0 ? "" : ` of ${duration(run.timeoutMs)}`}`],
    ["cost", run.unpriced === true ? unpriced : `${money(run.cost)} at list prices, ${limit}`],
    ["used", `${run.turns} turns, ${run.tokens.input} tokens in, ${run.tokens.output} out, ${run.denials} denied`],
    ["continues", run.resumes === undefined ? undefined : `${run.session}:${run.resumes}`],
    ["commit", run.commit],
    ["files", run.artifacts.map(({ name, bytes: size }) => `${name} (${bytes(size)})`).join(", ") || undefined],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${style("dim", name.padEnd(9))}  ${plain(value)}`],
  );
  const result = run.result === undefined ? [] : ["", ...run.result.split("\n").map((line) => plain(line))];
  return [`${style("bold", plain(run.id))}  ${style(tones[run.state], runState(run))}`, ...lines, ...result].join("\n");
}

/** What `cowork run --dry-run` would do. */
export function renderRunPlan(plan: {
  sessions: readonly { name: string; isNew: boolean; agent: string }[];
  request: Omit<RunRequest, "settings">;
}): string {
  const { request } = plan;
  const budget = request.budget === 0 ? "no limit" : money(request.budget);
  const time = request.timeoutMs === 0 ? "no limit" : duration(request.timeoutMs);
  return [
    ...plan.sessions.map(
      ({ name, isNew, agent }) => `${isNew ? "create session" : "use session"} ${plain(name)}, agent ${plain(agent)}`,
    ),
    `${request.action} with permissions ${request.permissions}${request.model === undefined ? "" : `, model ${plain(request.model)}`}`,
    `budget ${budget} at list prices, time ${time}, commit ${request.commit}`,
  ].join("\n");
}
