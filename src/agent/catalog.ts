import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { claude } from "./claude/agent.ts";
import { codex } from "./codex/agent.ts";
import { copilot } from "./copilot/agent.ts";
import type { Agent } from "./types.ts";

/** An agent is a folder, a line here and in `states-catalog.ts`, a launcher in `templates/agent/bin`, and its policy's folder in `contract`. */
const agents: readonly Agent[] = [claude, codex, copilot];

/**
 * The agent that the settings or a record name.
 * @throws USAGE for one that this cowork does not have
 */
export function getAgent(id: string): Agent {
  const found = findAgent(id);
  if (found === undefined) throw new CoworkError("USAGE", `This cowork has no agent called ${plain(id)}.`);
  return found;
}

/** The agent of a session's record; undefined for one that only a newer cowork knows, and for a program of `AGENT_COMMAND`. */
export function findAgent(id: string): Agent | undefined {
  return agents.find((agent) => agent.id === id);
}

export function allAgents(): readonly Agent[] {
  return agents;
}
