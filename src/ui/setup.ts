import type { SetupItem } from "../app/set-up/setup.ts";
import type { Question } from "../contract/questions.ts";
import { renderTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const states: Readonly<Record<SetupItem["state"], string>> = {
  "set-up": "set up",
  "not-set-up": "not set up",
  outdated: "set up by an earlier version",
  "by-hand": "set up by hand",
};

/** The question before an item is set up. */
export function setupQuestion({ shell, file }: SetupItem): Question {
  return { kind: "confirm", text: `Set up completion for ${shell}? It adds a few lines to ${file}.` };
}

/** The table of `cowork setup --status`, one line for each item. */
export function renderSetup(items: readonly SetupItem[], terminal: Pick<Terminal, "width" | "style">): string {
  const rows = items.map(({ name, shell, file, state }) => [
    { text: `${name} (${shell})`, tone: "bold" as const },
    { text: states[state] },
    { text: file, tone: "dim" as const },
  ]);
  const columns = [
    { title: "SETUP", min: 8 },
    { title: "STATE", min: 8 },
    { title: "FILE", min: 8 },
  ];
  return renderTable(columns, rows, terminal);
}
