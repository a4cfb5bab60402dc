import type { Command } from "./command.ts";
import { type Hint, ownCommand, steps } from "../../hint.ts";
import { nearest } from "./suggest.ts";
import { usageError } from "./usage.ts";

/** Commands that people know from other tools, and what to use here. */
const foreignVerbs: Readonly<Record<string, Hint>> = {
  attach: "cowork connect <session>",
  create: "cowork init <session>",
  delete: "cowork clean <session>",
  destroy: "cowork clean <session>",
  down: "cowork stop",
  enter: "cowork connect <session>",
  exec: "cowork connect <session> -- <command>",
  kill: "cowork stop <session>",
  ps: "cowork list",
  remove: "cowork clean <session>",
  shell: "cowork connect <session>",
  up: steps`${ownCommand("init", "<session>")}, or ${ownCommand("start", "<session>")} if it exists`,
};

/** True for a command's name or alias, and for a command of another tool that cowork has a suggestion for. */
export function isKnownWord(word: string, commands: readonly Command[]): boolean {
  return findCommand(word, commands) !== undefined || Object.hasOwn(foreignVerbs, word);
}

function findCommand(name: string, commands: readonly Command[]): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name) === true);
}

/**
 * @param before what is before the command's name in the next step: `cowork`, or `cowork help`
 * @throws USAGE with the nearest name, or with what to use instead of another tool's command
 */
export function commandByName(name: string, commands: readonly Command[], before = "cowork"): Command {
  const found = findCommand(name, commands);
  if (found !== undefined) return found;
  const ours = Object.hasOwn(foreignVerbs, name) ? foreignVerbs[name] : undefined;
  if (ours !== undefined && commands.length > 0) throw usageError(`${name} is not a cowork command.`, ours);
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  const guess = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw usageError(`Unknown command "${name}".${guess}`, meant === undefined ? "cowork help" : `${before} ${meant}`);
}
