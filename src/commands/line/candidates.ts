import type { Command, Completion } from "./command.ts";

/** What a word can be completed to, with a one-line description where there is one. */
export interface Candidate {
  value: string;
  about?: string;
}

/** Candidates that have to be read from disk. Read only when needed, because every Tab waits for it. */
export interface CompletionSources {
  sessions(which: { hidden: boolean }): Promise<string[]>;
  keys(): Promise<Candidate[]>;
}

/** The candidates for a positional argument. */
export async function candidatesOf(
  what: Completion,
  commands: readonly Command[],
  sources: CompletionSources,
): Promise<Candidate[]> {
  if (typeof what !== "string") return what.map((value) => ({ value }));
  if (what === "session" || what === "any-session")
    return (await sources.sessions({ hidden: what === "any-session" })).map((value) => ({ value }));
  if (what === "command") return commandNames(commands);
  return await sources.keys();
}

export function commandNames(commands: readonly Command[]): Candidate[] {
  return commands.map(({ name, summary }) => ({ value: name, about: summary }));
}
