import { CoworkError } from "../errors.ts";
import { claude } from "./claude/agent.ts";
import type { Agent, AgentId } from "./types.ts";

const agents: Partial<Record<AgentId, Agent>> = { claude };

/** The agent of that name. @throws AGENT_UNAVAILABLE */
export function getAgent(id: AgentId): Agent {
  const agent = agents[id];
  if (agent === undefined)
    throw new CoworkError("AGENT_UNAVAILABLE", `The agent ${id} is not in this version of cowork.`);
  return agent;
}

/** The agent of a session's record; undefined for one that only a newer cowork knows, and for a program of `AGENT_COMMAND`. */
export function findAgent(id: string): Agent | undefined {
  return allAgents().find((agent) => agent.id === id);
}

export function allAgents(): Agent[] {
  return Object.values(agents);
}
