import type { AgentTerminals, TerminalAsk } from "../at-work.ts";

/** `copilot` in a terminal. */
export const terminal: AgentTerminals = { args };

function args({ conversation, resume, model, prompt }: TerminalAsk): string[] {
  return [
    resume ? `--resume=${conversation}` : `--session-id=${conversation}`,
    ...(model === undefined ? [] : [`--model=${model}`]),
    // Whatever it starts with, it is not an option.
    ...(prompt === undefined ? [] : [`--interactive=${prompt}`]),
  ];
}
