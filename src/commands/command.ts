import type { App } from "./app.ts";

/** An option of a command. `value` is what stands for the value in help: `--from REF`. */
export type Flag =
  | { type: "boolean"; summary: string; short?: string }
  | { type: "string"; summary: string; value: string; short?: string };

export type Flags = Readonly<Record<string, Flag>>;

/** What a word on the command line can be completed to. */
export type Completion = "session" | "key" | "command" | readonly string[];

export interface Positional {
  name: string;
  summary: string;
  required?: boolean;
  many?: boolean;
  complete?: Completion;
}

/** The values of declared flags: boolean ones are there always, others only when given. */
export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]: F[K]["type"] extends "boolean" ? boolean : string | undefined;
};

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
  run(input: Input<F>, app: App): Promise<number>;
}

/** Keeps the flags' types for `run`, forgets them for the registry. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command {
  return command;
}

/** Flags of every command. */
export const globalFlags = {
  host: {
    type: "string",
    value: "HOST",
    summary: "where the sessions live: a name that was added, or what ssh takes; local",
  },
  json: { type: "boolean", summary: "print one JSON value on stdout" },
  verbose: { type: "boolean", summary: "show details of errors, and what goes on" },
  "no-color": { type: "boolean", summary: "no colour (so does NO_COLOR)" },
  help: { type: "boolean", short: "h", summary: "show help for the command" },
} as const satisfies Flags;

export type GlobalValues = FlagValues<typeof globalFlags>;
