import { claude } from "./claude/agent.ts";
import type { Agent, AgentId } from "./types.ts";

const agents: Record<AgentId, Agent> = { claude };

/** The agent that the settings name. */
export function getAgent(id: AgentId): Agent {
  return agents[id];
}

/** The agent that a session's record names; undefined for one that only a newer cowork knows. */
export function findAgent(id: string): Agent | undefined {
  return allAgents().find((agent) => agent.id === id);
}

export function allAgents(): Agent[] {
  return Object.values(agents);
}
