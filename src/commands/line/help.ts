import { globalFlags, type Command, type Flag, type Flags } from "./command.ts";
import { renderExamples, renderParagraph, renderRows, type Page } from "./help-layout.ts";
import { usageLine } from "./usage.ts";

/** `cowork help <command>` */
export function renderCommandHelp(command: Command, page: Page): string {
  const { style } = page;
  const parts = [
    `${usageLine(command)}\n  ${command.summary}`,
    `${style("bold", "Examples")}\n${renderExamples(command.examples, page)}`,
    block("Arguments", argumentRows(command), page),
    block("Options", flagRows(command.flags), page),
    block("Options of every command", flagRows(globalFlags), page),
    ...(command.details ?? []).map((text) => renderParagraph(text, page)),
    command.aliases === undefined ? "" : `Aliases: ${command.aliases.map((name) => `cowork ${name}`).join(", ")}`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

type Rows = readonly (readonly [string, string])[];

function block(heading: string, rows: Rows, page: Page): string {
  return rows.length === 0 ? "" : `${page.style("bold", heading)}\n${renderRows(rows, page)}`;
}

function argumentRows({ positionals, rest }: Command): Rows {
  const rows = positionals.map(({ name, summary }) => [name, summary] as const);
  return rest === undefined ? rows : [...rows, [`-- ${rest.name}`, rest.summary]];
}

function flagRows(flags: Flags): Rows {
  return Object.entries(flags).map(([name, flag]) => [flagText(name, flag), flag.summary]);
}

/** `-f, --follow`, `--from REF` */
export function flagText(name: string, flag: Flag): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  return `${short}--${name}${flag.type === "string" ? ` ${flag.value}` : ""}`;
}
