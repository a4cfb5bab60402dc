import { readBefore, type Position } from "./complete-position.ts";
import { candidatesOf, commandNames, type Candidate, type CompletionSources } from "./candidates.ts";
import type { Command } from "./command.ts";
import { globalFlags } from "./flags.ts";

/** Candidates for the last of the words after `cowork`; the last word may be empty. Independent of the shell. */
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
  const found = await candidatesOf(positional.complete, commands, sources);
  return positional.many === true ? found.filter(({ value }) => !args.includes(value)) : found;
}
