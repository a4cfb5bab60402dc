import type { Device } from "../../contract/http/auth.ts";
import { renderTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { ago } from "../terminal/units.ts";

/** The table of `cowork ui devices`. */
export function renderDevices(
  devices: readonly Device[],
  { now, width, style }: Pick<Terminal, "width" | "style"> & { now: Date },
): string {
  const rows = devices.map(({ id, name, role, createdAt, lastUsedAt, lasting }) => [
    { text: id, tone: "bold" as const },
    { text: name },
    { text: role },
    { text: ago(createdAt, now) },
    { text: lastUsedAt === undefined ? "-" : ago(lastUsedAt, now) },
    { text: lasting ? "30 days unused" : "with the server", tone: "dim" as const },
  ]);
  const columns = [
    { title: "ID", min: 12 },
    { title: "NAME", min: 6 },
    { title: "ROLE" },
    { title: "SIGNED IN" },
    { title: "USED" },
    { title: "ENDS" },
  ];
  return renderTable(columns, rows, { width, style });
}
