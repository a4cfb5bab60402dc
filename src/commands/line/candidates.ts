import type { Command, Completion } from "./command.ts";

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

/** What a positional can become. */
export async function candidatesOf(
  what: Completion,
  commands: readonly Command[],
  sources: CompletionSources,
): Promise<Candidate[]> {
  if (typeof what !== "string") return what.map((value) => ({ value }));
  if (what === "session") return (await sources.sessions()).map((value) => ({ value }));
  if (what === "command") return commandNames(commands);
  return await sources.keys();
}

export function commandNames(commands: readonly Command[]): Candidate[] {
  return commands.map(({ name, summary }) => ({ value: name, about: summary }));
}
