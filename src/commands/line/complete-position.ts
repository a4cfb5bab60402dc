import type { Command } from "./command.ts";
import { globalFlags, type Flags } from "./flags.ts";

/** Where on the command line the word is that is completed. */
export interface Position {
  current: string;
  command: Command | undefined;
  /** positional words before the current one */
  args: string[];
  /** the flag whose value is being written */
  flag: string | undefined;
}

/** What the words before it say of it. */
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
