import type { Style } from "../../ui/style.ts";
import { globalFlags, type Command, type Flag, type Flags } from "./command.ts";
import { usageLine } from "./usage.ts";

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
export function renderOverview(commands: readonly Command[], style: Style, daily?: readonly string[]): string {
  const shown = commands.filter(({ name }) => daily?.includes(name) ?? true);
  const groups = Map.groupBy(shown, (command) => command.group);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const blocks = [...groups].map(([group, members]) =>
    [style("bold", group), ...members.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join("\n"),
  );
  return [
    title,
    "",
    renderExamples(firstSteps, style),
    "",
    blocks.join("\n\n"),
    "",
    ...(daily === undefined ? [] : ["Every command: cowork help --all"]),
    "Help for one command: cowork help <command>",
    "Version: cowork --version. Licences: cowork help licenses",
  ].join("\n");
}

/** `cowork help <command>` */
export function renderCommandHelp(command: Command, style: Style): string {
  const parts = [
    `${usageLine(command)}\n  ${command.summary}`,
    `${style("bold", "Examples")}\n${renderExamples(command.examples, style)}`,
    ...argumentsBlock(command, style),
    flagsBlock("Options", command.flags, style),
    flagsBlock("Options of every command", globalFlags, style),
    ...(command.details ?? []),
    command.aliases === undefined ? "" : `Aliases: ${command.aliases.map((name) => `cowork ${name}`).join(", ")}`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function renderExamples(examples: Command["examples"], style: Style): string {
  const width = Math.max(...examples.map(({ line }) => line.length));
  return examples
    .map(({ line, text }) => `  ${style("cyan", line)}${" ".repeat(width - line.length)}  ${text}`)
    .join("\n");
}

function argumentsBlock(command: Command, style: Style): string[] {
  const rows = command.positionals.map(({ name, summary }) => [name, summary] as const);
  const all = command.rest === undefined ? rows : [...rows, [`-- ${command.rest.name}`, command.rest.summary] as const];
  return all.length === 0 ? [] : [block("Arguments", all, style)];
}

function flagsBlock(heading: string, flags: Flags, style: Style): string {
  const rows = Object.entries(flags).map(([name, flag]) => [flagText(name, flag), flag.summary] as const);
  return rows.length === 0 ? "" : block(heading, rows, style);
}

/** `-f, --follow`, `--from REF` */
export function flagText(name: string, flag: Flag): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  return `${short}--${name}${flag.type === "string" ? ` ${flag.value}` : ""}`;
}

function block(heading: string, rows: readonly (readonly [string, string])[], style: Style): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return [style("bold", heading), ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join("\n");
}
