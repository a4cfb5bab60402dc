import { usualAgent } from "../contract/agents.ts";
import { ownCommand, type OwnCommand } from "../hint.ts";

/** The command that logs an agent in, as people type it. */
export function loginCommand(agent: string): string {
  return ["cowork auth login", ...loginArgs(agent)].join(" ");
}

/** The same as part of a hint. */
export function loginHint(agent: string): OwnCommand {
  return ownCommand("auth", "login", ...loginArgs(agent));
}

function loginArgs(agent: string): string[] {
  return agent === usualAgent ? [] : ["--agent", agent];
}
