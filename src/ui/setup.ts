import type { SetupItem } from "../app/set-up/setup.ts";
import type { Question } from "../contract/questions.ts";
import { renderTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const states: Readonly<Record<SetupItem["state"], string>> = {
  "set-up": "set up",
  "not-set-up": "not set up",
  outdated: "set up by an earlier version",
  "by-hand": "set up by hand",
  taken: "your own claude is kept",
};

const about: Readonly<Record<SetupItem["name"], { what: string; next: string }>> = {
  alias: {
    what: "claude as a shell function: in a project it opens a session, deleted at the end if no work would be lost",
    next: "open a new terminal and type claude in a project; the program itself is `command claude`",
  },
  completion: { what: "completion", next: "open a new terminal, type cowork and press Tab" },
};

/** The question before an item is set up. */
export function setupQuestion({ name, shell, file }: SetupItem): Question {
  return { kind: "confirm", text: `Set up ${about[name].what} (${shell})? It adds a few lines to ${file}.` };
}

/** How to use what was set up just now. @param items the items, in pairs of before and after */
export function setupNext(before: readonly SetupItem[], after: readonly SetupItem[]): string[] {
  const isNew = after.filter(({ state }, n) => state === "set-up" && before[n]?.state !== "set-up");
  return [...new Set(isNew.map(({ name }) => `  Next: ${about[name].next}`))];
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
