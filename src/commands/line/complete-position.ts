import type { Command } from "./command.ts";
import { globalFlags, type Flags } from "./flags.ts";

/** The position on the command line of the word to complete. */
export interface Position {
  current: string;
  command: Command | undefined;
  /** positional words before the current one */
  args: string[];
  /** the flag whose value is being typed */
  flag: string | undefined;
}

/** Derives the position from the words before the current one. */
export function readBefore(before: readonly string[], commands: readonly Command[]): Omit<Position, "current"> {
  let command: Command | undefined;
  let flag: string | undefined;
  const args: string[] = [];
  for (const word of before) {
    if (flag !== undefined) {
      flag = undefined;
    } else if (word.startsWith("-")) {
      const flags: Flags = { ...globalFlags, ...command?.flags };
      flag = flags[word.slice(2)]?.type === "string" ? word.slice(2) : undefined;
    } else if (command === undefined) {
      command = commands.find(({ name, aliases }) => name === word || aliases?.includes(word) === true);
    } else {
      args.push(word);
    }
  }
  return { command, args, flag };
}
