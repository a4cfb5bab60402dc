import type { Command } from "./command.ts";
import { nearest } from "./suggest.ts";
import { usageError } from "./usage.ts";

/** What people know from other tools, and the command line that does it here. */
const verbsOfOthers: Readonly<Record<string, string>> = {
  attach: "to work in a session: cowork connect <session>",
  create: "to make a session: cowork init <session>",
  delete: "to remove a session: cowork clean <session>",
  destroy: "to remove a session: cowork clean <session>",
  down: "to stop sessions: cowork stop",
  enter: "to work in a session: cowork connect <session>",
  exec: "to run a command in a session: cowork connect <session> -- <command>",
  kill: "to stop a session: cowork stop <session>",
  ps: "to list sessions: cowork list",
  remove: "to remove a session: cowork clean <session>",
  shell: "to open a shell in a session: cowork connect <session>",
  up: "to make a session: cowork init <session>; to start a stopped one: cowork start <session>",
};

/** A command's name or alias, or a verb of another tool, which is met with ours. */
export function isKnownWord(word: string, commands: readonly Command[]): boolean {
  return findCommand(word, commands) !== undefined || Object.hasOwn(verbsOfOthers, word);
}

function findCommand(name: string, commands: readonly Command[]): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name) === true);
}

/** @throws USAGE with the nearest name, or with our word for another tool's */
export function commandByName(name: string, commands: readonly Command[]): Command {
  const found = findCommand(name, commands);
  if (found !== undefined) return found;
  const ours = Object.hasOwn(verbsOfOthers, name) ? verbsOfOthers[name] : undefined;
  if (ours !== undefined && commands.length > 0) throw usageError(`${name} is not a cowork command.`, ours);
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
