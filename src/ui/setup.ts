import type { SetupItem } from "../app/set-up/setup.ts";
import type { Question } from "../contract/questions.ts";
import { renderTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const states: Readonly<Record<SetupItem["state"], string>> = {
  "set-up": "set up",
  "not-set-up": "not set up",
  outdated: "set up by an earlier cowork",
  "by-hand": "set up by hand",
};

/** What is asked before it is set up. */
export function setupQuestion({ shell, file }: SetupItem): Question {
  return { kind: "confirm", text: `Set up completion for ${shell}? It adds a few lines to ${file}.` };
}

/** `cowork setup --status`: a line for each thing. */
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
