import type { ListedProject } from "../../app/set-up/projects-on-hosts.ts";
import { renderTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The table of `cowork projects`, one line for each project. */
export function renderProjects(
  projects: readonly ListedProject[],
  terminal: Pick<Terminal, "width" | "style">,
): string {
  const isElsewhere = projects.some(({ hosts }) => hosts.some((host) => host !== "local"));
  const rows = projects.map(({ name, root, sessions, exists, known, hosts }) => [
    { text: name, tone: "bold" as const },
    { text: String(sessions) },
    ...(isElsewhere ? [{ text: hosts.join(", ") || "-" }] : []),
    { text: exists ? root : `${root} (${known ? "gone" : "on another machine"})`, tone: "dim" as const },
  ]);
  const columns = [
    { title: "PROJECT", min: 8 },
    { title: "SESSIONS", align: "right" as const },
    ...(isElsewhere ? [{ title: "HOSTS", min: 5 }] : []),
    { title: "FOLDER", min: 8 },
  ];
  return renderTable(columns, rows, terminal);
}
