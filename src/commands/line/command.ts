import type { App } from "../process/app.ts";
import type { Flags, FlagValues } from "./flags.ts";

export { globalFlags, type Flag, type Flags, type GlobalValues } from "./flags.ts";

/** What a word on the command line completes to. `any-session`: a session, hidden ones too. */
export type Completion = "session" | "any-session" | "key" | "command" | readonly string[];

export interface Positional {
  name: string;
  summary: string;
  required?: boolean;
  many?: boolean;
  /** an empty word is a value, which the command checks itself */
  mayBeEmpty?: boolean;
  complete?: Completion;
}

export interface Input<F extends Flags> {
  flags: FlagValues<F>;
  args: readonly string[];
  /** the words after `--`, for commands that declare `rest`; undefined without `--` */
  rest: readonly string[] | undefined;
}

/**
 * A command: what it does, and all that parsing, help, completion and docs need. Heavy modules are imported inside `run`,
 * which returns the exit code and throws errors.
 */
export interface Command<F extends Flags = Flags> {
  name: string;
  /** other names of the command */
  aliases?: readonly string[];
  group: "Sessions" | "Work" | "Set-up";
  /** one line, no full stop */
  summary: string;
  /** paragraphs below the options in the command's own help */
  details?: readonly string[];
  positionals: readonly Positional[];
  flags: F;
  /** the command takes the words after `--` unchanged */
  rest?: { name: string; summary: string };
  /** The error for more words than the command takes, if there is a better one than the usual. */
  tooMany?(args: readonly string[]): Error;
  examples: readonly { line: string; text: string }[];
  /** `all`: all commands */
  run(input: Input<F>, app: App, all: readonly Command[]): Promise<number>;
}

/** Gives `run` the flags' types, and the registry a plain `Command`. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command {
  return command;
}
