import type { AgentTerminals, TerminalAsk } from "../at-work.ts";

/** `claude` in a terminal. Its permission mode is that of the session's policy. */
export const terminal: AgentTerminals = { args };

function args({ conversation, resume, model, prompt }: TerminalAsk): string[] {
  return [
    resume ? "--resume" : "--session-id",
    conversation,
    ...(model === undefined ? [] : ["--model", model]),
    ...(prompt === undefined ? [] : [asArgument(prompt)]),
  ];
}

/** A text that starts with a dash would be an option, and one word may be a subcommand (`doctor`): a space in front makes it a prompt. */
function asArgument(prompt: string): string {
  return /^-|^[^/\s]\S*$/.test(prompt) ? ` ${prompt}` : prompt;
}
