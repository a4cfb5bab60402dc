import type { Command } from "./command.ts";
import { nearest } from "./suggest.ts";
import { usageError } from "./usage.ts";

/** What people know from other tools, and the command line that does it here. */
const verbsOfOthers: Readonly<Record<string, string>> = {
  attach: "cowork connect <session>",
  exec: "cowork connect <session> -- <command>",
  ps: "cowork list",
  create: "cowork init <session>",
  up: "cowork init <session>, or cowork start <session>",
  destroy: "cowork clean <session>",
};

/** @throws USAGE with the nearest name, or with our word for another tool's */
export function commandByName(name: string, commands: readonly Command[]): Command {
  const found = commands.find((command) => command.name === name || command.aliases?.includes(name) === true);
  if (found !== undefined) return found;
  const ours = Object.hasOwn(verbsOfOthers, name) ? verbsOfOthers[name] : undefined;
  if (ours !== undefined && commands.length > 0) throw usageError(`There is no command "${name}" here.`, ours);
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  const guess = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw usageError(
    `There is no command "${name}".${guess}`,
    meant === undefined ? "cowork help" : `cowork help ${meant}`,
  );
}
