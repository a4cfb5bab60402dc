import { Parser } from "yargs/helpers";
import type { Command, Flag, Flags, GlobalValues, Input } from "./command.ts";
import { globalFlags } from "./command.ts";
import { commandByName } from "./registry-lookup.ts";
import { ownCommand } from "../../hint.ts";
import { nearest } from "./suggest.ts";
import { usageError } from "./usage.ts";

export interface ParsedLine {
  /** undefined: `cowork` alone, or with global flags only */
  command: Command | undefined;
  globals: GlobalValues;
  input: Input<Flags>;
}

/** What yargs returns, with the settings below. */
type RawArguments = { _: (string | number)[]; "--"?: (string | number)[] } & Record<string, unknown>;

/**
 * The only place that uses yargs. A pure function from the words of the command line to their meaning.
 * @throws USAGE with the nearest known word and the next step
 */
export function parseLine(argv: readonly string[], commands: readonly Command[]): ParsedLine {
  const at = commandIndex(argv);
  const name = at === -1 ? undefined : argv[at];
  const command = name === undefined ? undefined : commandByName(name, commands);

  const flags: Flags = { ...globalFlags, ...command?.flags };
  const words = command === undefined ? argv : argv.toSpliced(at, 1);
  const raw = runYargs(plainFlags(words, flags, command), flags, command);
  const { args, rest } = wordsOf(raw, command);
  // In `connect a ls -l` the `--` is missing; complaining about the option `-l` would mislead.
  if (command?.rest !== undefined) refuseExtra(args, command, words);
  if (command === undefined && args[0] !== undefined) commandByName(args[0], []);
  refuseUnknown(raw, flags, command);
  const globals = valuesOf(raw, globalFlags) as unknown as GlobalValues;
  if (command !== undefined && !globals.help) checkPositionals(args, command, words);
  return {
    command,
    globals,
    input: { flags: valuesOf(raw, command?.flags ?? {}) as Input<Flags>["flags"], args, rest },
  };
}

/** The first word that is neither a flag nor the value of a global flag; -1 where there is none before `--`. */
export function commandIndex(argv: readonly string[]): number {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") return -1;
    if (!word.startsWith("-")) return index;
    const flag = (globalFlags as Flags)[word.slice(2)];
    if (flag?.type === "string") index++;
  }
  return -1;
}

/**
 * Differences from yargs: a boolean flag never takes the next word (in `--dry-run false`, `false` is a session), a flag with an
 * optional value takes it only if it looks like one, and names that yargs or every object uses internally are not flags.
 */
function plainFlags(words: readonly string[], flags: Flags, command: Command | undefined): string[] {
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const before = words.slice(0, end).map((word, index, all) => {
    const long = /^--?([^=]+)/.exec(word)?.[1] ?? "";
    if (long === "_" || long === "$0" || long in Object.prototype) throw unknownFlag(word, flags, command);
    const [name, flag] =
      Object.entries(flags).find(
        ([candidate, { short }]) => word === `--${candidate}` || (short !== undefined && word === `-${short}`),
      ) ?? [];
    if (flag?.type === "string" && flag.optional !== undefined && !flag.optional.matches.test(all[index + 1] ?? ""))
      return `--${name}=${flag.optional.otherwise}`;
    return flag?.type === "boolean" ? `--${name}=true` : word;
  });
  return [...before, ...words.slice(end)];
}

/** Uses the parser only: `yargs()` costs every command 10 ms more, and help and messages are cowork's own. */
function runYargs(words: readonly string[], flags: Flags, command: Command | undefined): RawArguments {
  const entries = Object.entries(flags);
  const named = (type: Flag["type"]): string[] => entries.flatMap(([name, flag]) => (flag.type === type ? [name] : []));
  const { argv, error } = Parser.detailed([...words], {
    boolean: named("boolean"),
    string: named("string"),
    narg: Object.fromEntries(named("string").map((name) => [name, 1])),
    alias: Object.fromEntries(entries.flatMap(([name, { short }]) => (short === undefined ? [] : [[name, short]]))),
    configuration: {
      // Flags and names are taken literally: `--no-tmux` is a flag itself, and a session's name is never a number.
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
    },
  });
  // Without an error it is an empty object.
  const message = error?.message;
  if (message !== undefined) throw usageError(explain(message), helpHint(command));
  return argv;
}

function refuseUnknown(raw: RawArguments, flags: Flags, command: Command | undefined): void {
  const known = new Set(
    Object.entries(flags).flatMap(([name, { short }]) => (short === undefined ? [name] : [name, short])),
  );
  for (const name of Object.keys(raw)) {
    if (name === "_" || name === "--" || name === "$0" || known.has(name)) continue;
    throw unknownFlag(name.length === 1 ? `-${name}` : `--${name}`, flags, command);
  }
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.type === "string" && raw[name] === "") throw usageError(`--${name} needs a value.`, helpHint(command));
  }
}

function unknownFlag(word: string, flags: Flags, command: Command | undefined): Error {
  const meant = word.startsWith("--") ? nearest(word.slice(2), Object.keys(flags)) : undefined;
  const where = command === undefined ? "cowork" : `cowork ${command.name}`;
  const guess = meant === undefined ? "" : ` Did you mean --${meant}?`;
  return usageError(`Unknown option ${word} for ${where}.${guess}`, helpHint(command));
}

function wordsOf(raw: RawArguments, command: Command | undefined): { args: string[]; rest: string[] | undefined } {
  const args = raw._.map(String);
  const after = raw["--"]?.map(String);
  // Only commands with `rest` keep the words apart. For others `--` only ends the flags.
  if (command?.rest === undefined) return { args: [...args, ...(after ?? [])], rest: undefined };
  return { args, rest: after };
}

function valuesOf(raw: RawArguments, flags: Flags): Record<string, boolean | string | undefined> {
  const entries = Object.entries(flags).map(([name, flag]) => [name, valueOf(raw[name], flag)] as const);
  return Object.fromEntries(entries);
}

function valueOf(value: unknown, flag: Flag): boolean | string | undefined {
  if (flag.type === "boolean") return value === true;
  return typeof value === "string" ? value : undefined;
}

function checkPositionals(args: readonly string[], command: Command, words: readonly string[]): void {
  const { positionals } = command;
  const required = positionals.filter((positional) => positional.required === true);
  const missing = required[args.length];
  if (missing !== undefined) {
    throw usageError(`cowork ${command.name} needs an argument: ${missing.name}.`, helpHint(command));
  }
  refuseExtra(args, command, words);
  refuseEmpty(args, command);
}

/** In a script an empty word is usually a variable that is not set. It must not stand for a default. */
function refuseEmpty(args: readonly string[], command: Command): void {
  const { positionals } = command;
  for (const [index, word] of args.entries()) {
    const positional = positionals[Math.min(index, positionals.length - 1)];
    if (word !== "" || positional === undefined || positional.mayBeEmpty === true) continue;
    throw usageError(`cowork ${command.name}: the argument ${positional.name} is empty.`, helpHint(command));
  }
}

function refuseExtra(args: readonly string[], command: Command, words: readonly string[]): void {
  const { positionals, rest } = command;
  if (positionals.at(-1)?.many === true || args.length <= positionals.length) return;
  if (command.tooMany !== undefined) throw command.tooMany(args);
  const extra = args[positionals.length] ?? "";
  const hint =
    rest === undefined
      ? helpHint(command)
      : [ownCommand(command.name, ...args.slice(0, positionals.length), "--", ...words.slice(words.indexOf(extra)))];
  throw usageError(`cowork ${command.name} does not take the argument "${extra}".`, hint);
}

function helpHint(command: Command | undefined): string {
  return command === undefined ? "cowork help" : `cowork help ${command.name}`;
}

function explain(message: string): string {
  const lacking = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return lacking === undefined ? message : `--${lacking} needs a value.`;
}
