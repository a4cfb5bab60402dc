import type { AgentTerminals, TerminalAsk } from "../at-work.ts";

/** `codex` in a terminal. It gives new conversations their ids itself. */
export const terminal: AgentTerminals = { args };

function args({ conversation, resume, model, prompt }: TerminalAsk): string[] {
  return [
    ...(resume ? ["resume", conversation] : []),
    ...(model === undefined ? [] : ["--model", model]),
    // Whatever it starts with, it is neither an option nor a subcommand.
    ...(prompt === undefined ? [] : ["--", prompt]),
  ];
}
