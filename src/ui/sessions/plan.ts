import { usualAgent } from "../../contract/usual-agent.ts";
import type { InitPlan } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { renderFindings } from "./findings.ts";
import type { Style } from "../terminal/style.ts";
import { renderTable } from "../terminal/table.ts";

/** The output of `cowork init --dry-run`. */
export function renderInitPlan(plan: InitPlan, options: { width: number; style: Style }): string {
  const showsAgents = plan.sessions.some(({ agent = usualAgent }) => agent !== usualAgent);
  const table = renderTable(
    [
      { title: "SESSION", min: 8 },
      ...(showsAgents ? [{ title: "AGENT" }] : []),
      { title: "BRANCH", min: 8 },
      { title: "FROM" },
      { title: "PATH", drop: 1 },
    ],
    plan.sessions.map((session) => [
      { text: session.exists ? `${session.name} (exists)` : session.name, tone: "bold" as const },
      ...(showsAgents ? [{ text: session.agent ?? "-" }] : []),
      { text: session.branch },
      { text: session.commit.slice(0, 10) },
      { text: session.path, tone: "dim" as const },
    ]),
    options,
  );
  return [table, ...plan.devcontainers.map((one) => renderConfig(one, options.style))].join("\n\n");
}

function renderConfig(
  { path, kind, notes = [], changes, findings }: InitPlan["devcontainers"][number],
  style: Style,
): string {
  return [
    `Dev container: ${path === null ? "cowork's default" : `${plain(path)} (${kind})`}`,
    ...notes.map((note) => `  note: ${plain(note)}`),
    ...changes.map((change) => `  changed: ${plain(change)}`),
    ...(findings.length === 0
      ? []
      : ["This needs your trust, because it affects the host:", renderFindings(findings, style)]),
  ].join("\n");
}
