import type { KnownProject } from "../app/set-up/projects.ts";
import { renderTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** The table of `cowork projects`, one line for each project. */
export function renderProjects(projects: readonly KnownProject[], terminal: Pick<Terminal, "width" | "style">): string {
  const rows = projects.map(({ name, root, sessions, exists }) => [
    { text: name, tone: "bold" as const },
    { text: String(sessions) },
    { text: exists ? root : `${root} (gone)`, tone: "dim" as const },
  ]);
  const columns = [
    { title: "PROJECT", min: 8 },
    { title: "SESSIONS", align: "right" as const },
    { title: "FOLDER", min: 8 },
  ];
  return renderTable(columns, rows, terminal);
}
