import type { Command } from "./command.ts";
import { renderExamples, renderRows, type Page } from "./help-layout.ts";

const title = "cowork: each task in its own git clone and dev container, with a coding agent";

const firstSteps = [
  { line: "cowork init a b c", text: "create three sessions of this project" },
  { line: "cowork connect a", text: "open a shell in a; detach with Ctrl-b d" },
  { line: "cowork list", text: "list this project's sessions" },
];

/**
 * `cowork help`: examples first, then one line for each command.
 * @param daily names of the commands to show; absent: all
 */
export function renderOverview(commands: readonly Command[], page: Page, daily?: readonly string[]): string {
  const shown = commands.filter(({ name }) => daily?.includes(name) ?? true);
  const groups = Map.groupBy(shown, (command) => command.group);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const blocks = [...groups].map(([group, members]) => {
    const rows = members.map(({ name, summary }) => [name, summary] as const);
    return `${page.style("bold", group)}\n${renderRows(rows, page, width)}`;
  });
  return [
    title,
    "",
    renderExamples(firstSteps, page),
    "",
    blocks.join("\n\n"),
    "",
    ...(daily === undefined ? [] : ["Every command: cowork help --all"]),
    "Help for one command: cowork help <command>",
    "Version: cowork --version",
    "Licences: cowork help licenses",
  ].join("\n");
}
