import type { InitPlan } from "../session/types.ts";
import { plain } from "../system/text.ts";
import { renderFindings } from "./findings.ts";
import type { Style } from "./style.ts";
import { renderTable } from "./table.ts";

/** What `cowork init --dry-run` says. */
export function renderInitPlan(plan: InitPlan, options: { width: number; style: Style }): string {
  const { devcontainer } = plan;
  const table = renderTable(
    [{ title: "SESSION", min: 8 }, { title: "BRANCH", min: 8 }, { title: "FROM" }, { title: "PATH", drop: 1 }],
    plan.sessions.map((session) => [
      { text: session.exists ? `${session.name} (exists)` : session.name, tone: "bold" },
      { text: session.branch },
      { text: session.commit.slice(0, 10) },
      { text: session.path, tone: "dim" },
    ]),
    options,
  );
  const origin =
    devcontainer.path === null ? "cowork's template" : `${plain(devcontainer.path)} (${devcontainer.kind})`;
  return [
    table,
    "",
    `Dev container: ${origin}`,
    ...devcontainer.changes.map((change) => `  changed: ${plain(change)}`),
    ...(devcontainer.findings.length === 0
      ? []
      : ["What of it reaches this host, and needs a yes:", renderFindings(devcontainer.findings, options.style)]),
  ].join("\n");
}
