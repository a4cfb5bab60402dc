import type { App } from "../process/app.ts";
import type { Flags, FlagValues } from "./flags.ts";

export { globalFlags, type Flag, type Flags, type GlobalValues } from "./flags.ts";

/** What a word on the command line can be completed to. */
export type Completion = "session" | "key" | "command" | readonly string[];

export interface Positional {
  name: string;
  summary: string;
  required?: boolean;
  many?: boolean;
  complete?: Completion;
}

export interface Input<F extends Flags> {
  flags: FlagValues<F>;
  args: readonly string[];
  /** what stood after `--`, for commands that declare `rest`; undefined when there was no `--` */
  rest: readonly string[] | undefined;
}

/**
 * A command: all that parsing, help, completion and docs need, and what it does. Heavy modules are imported inside `run`.
 * It gives the exit code; errors are thrown.
 */
export interface Command<F extends Flags = Flags> {
  name: string;
  /** other words for it */
  aliases?: readonly string[];
  group: "Sessions" | "Work" | "Set-up";
  /** one line, no full stop */
  summary: string;
  /** paragraphs below the options in the command's own help */
  details?: readonly string[];
  positionals: readonly Positional[];
  flags: F;
  /** the command takes words after `--` as they are */
  rest?: { name: string; summary: string };
  examples: readonly { line: string; text: string }[];
  /** `all`: every command that there is */
  run(input: Input<F>, app: App, all: readonly Command[]): Promise<number>;
}

/** Keeps the flags' types for `run`, forgets them for the registry. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command {
  return command;
}
