import { agentId, type AgentId, commandAgent } from "../../contract/agents.ts";
import type { Settings } from "../../contract/settings.ts";
import { knownAgent, recordedAgent } from "../../session/record/agent.ts";

/** A session that exists, or what a new one gets. */
interface OfAgent {
  name: string;
  agent?: string;
}

/** Whether a person named an agent, and what the configuration says without that. */
export interface AgentChoice {
  wanted: AgentId | undefined;
  configured: AgentId;
}

/** What a new session gets: the agent that was named, else as configured. */
export function withAgent(settings: Settings, wanted: AgentId | undefined): Settings {
  if (wanted === undefined) return settings;
  const { agentCommand: _, ...rest } = settings;
  return { ...rest, agent: wanted };
}

/** The agent of a session that exists, or of the one that these settings make. */
export function agentOfTarget({ agent }: OfAgent, settings: Settings): string {
  return agent ?? recordedAgent(settings).agent;
}

/** @throws AGENT_UNAVAILABLE if the session has, or would get, the program of `AGENT_COMMAND` */
export function requireKnownAgent(target: OfAgent, settings: Settings): void {
  if (agentOfTarget(target, settings) !== commandAgent) return;
  const { agentCommand = "" } = settings;
  knownAgent({ name: target.name, agent: commandAgent, agentCommand });
}

/**
 * The settings for the work of a session's own agent. The model of the configuration is in the words of the agent that it names, and
 * means nothing to another.
 * @param settings with the agent that was named, if any
 */
export function settingsFor(target: OfAgent, settings: Settings, { configured }: AgentChoice): Settings {
  const own = agentId.safeParse(agentOfTarget(target, settings)).data;
  const its = { ...settings, ...(own === undefined ? {} : { agent: own }) };
  return own === configured ? its : { ...its, model: undefined };
}
