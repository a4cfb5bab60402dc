import { claude } from "./claude/agent.ts";
import type { Agent, AgentId } from "./types.ts";

const agents: Record<AgentId, Agent> = { claude };

/** The agent that the settings select. */
export function getAgent(id: AgentId): Agent {
  return agents[id];
}

/** The agent of a session's record; undefined for one that only a newer cowork knows. */
export function findAgent(id: string): Agent | undefined {
  return allAgents().find((agent) => agent.id === id);
}

export function allAgents(): Agent[] {
  return Object.values(agents);
}
