import { claude } from "./claude/agent.ts";
import type { Agent, AgentId } from "./types.ts";

const agents: Record<AgentId, Agent> = { claude };

/** The agent that the settings name. */
export function getAgent(id: AgentId): Agent {
  return agents[id];
}
