import type { Command, Completion, Flags } from "./command.ts";
import { globalFlags } from "./command.ts";

/** What a word can become, with a line about it where there is one to say. */
export interface Candidate {
  value: string;
  about?: string;
}

/** What only the machine can tell; asked for when it is needed, because every Tab waits for it. */
export interface CompletionSources {
  sessions(): Promise<string[]>;
  keys(): Promise<Candidate[]>;
}

/**
 * Candidates for the last of the words (those after `cowork`, the last one perhaps empty). Knows nothing of shells.
 */
export async function completeWords(
  words: readonly string[],
  commands: readonly Command[],
  sources: CompletionSources,
): Promise<Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  if (before.includes("--")) return [];
  const { command, args, flag } = readBefore(before, commands);
  const all = await candidatesFor({ current, command, args, flag }, commands, sources);
  return all.filter(({ value }) => value.startsWith(current));
}

interface Position {
  current: string;
  command: Command | undefined;
  /** positional words before the current one */
  args: string[];
  /** the flag whose value is being written */
  flag: string | undefined;
}

function readBefore(before: readonly string[], commands: readonly Command[]): Omit<Position, "current"> {
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

async function candidatesFor(
  { current, command, args, flag }: Position,
  commands: readonly Command[],
  sources: CompletionSources,
): Promise<Candidate[]> {
  if (flag !== undefined) return flag === "host" ? [{ value: "local" }] : [];
  if (current.startsWith("-")) {
    const flags = Object.entries<{ summary: string }>({ ...command?.flags, ...globalFlags });
    return flags.map(([name, { summary }]) => ({ value: `--${name}`, about: summary }));
  }
  if (command === undefined) return commandNames(commands);
  const { positionals } = command;
  const last = positionals.at(-1);
  const positional = positionals[args.length] ?? (last?.many === true ? last : undefined);
  if (positional?.complete === undefined) return [];
  const found = await complete(positional.complete, commands, sources);
  return positional.many === true ? found.filter(({ value }) => !args.includes(value)) : found;
}

async function complete(
  what: Completion,
  commands: readonly Command[],
  sources: CompletionSources,
): Promise<Candidate[]> {
  if (typeof what !== "string") return what.map((value) => ({ value }));
  if (what === "session") return (await sources.sessions()).map((value) => ({ value }));
  if (what === "command") return commandNames(commands);
  return await sources.keys();
}

function commandNames(commands: readonly Command[]): Candidate[] {
  return commands.map(({ name, summary }) => ({ value: name, about: summary }));
}
