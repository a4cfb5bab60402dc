import { findAgent } from "../../agent/catalog.ts";
import type { Agent } from "../../agent/types.ts";
import { agentIds, commandAgent } from "../../contract/agents.ts";
import type { Settings } from "../../contract/settings.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import type { SessionRecord } from "./record.ts";

// A session has one agent, the one that it was created with: its container is made for it. Settings count for new sessions only.

type OfAgent = Pick<SessionRecord, "name" | "agent" | "agentCommand">;

/** What the record of a new session says about its agent. */
export function recordedAgent({
  agent,
  agentCommand,
}: Pick<Settings, "agent" | "agentCommand">): Pick<SessionRecord, "agent" | "agentCommand"> {
  return agentCommand === undefined ? { agent } : { agent: commandAgent, agentCommand };
}

/**
 * The agent of a session; undefined if it has the program of `AGENT_COMMAND`.
 * @throws AGENT_UNAVAILABLE for an agent that only a newer cowork knows
 */
export function agentOf(record: OfAgent): Agent | undefined {
  if (record.agent === commandAgent) return undefined;
  const agent = findAgent(record.agent);
  if (agent !== undefined) return agent;
  throw new CoworkError(
    "AGENT_UNAVAILABLE",
    `Session ${plain(record.name)} has the agent ${plain(record.agent)}, which this version of cowork does not know.`,
    { hint: "install the newest cowork on this machine" },
  );
}

/**
 * The agent of a session, for what only an agent can do.
 * @throws AGENT_UNAVAILABLE for a session with the program of `AGENT_COMMAND`, and as `agentOf`
 */
export function knownAgent(record: OfAgent): Agent {
  const agent = agentOf(record);
  if (agent !== undefined) return agent;
  const { name, agentCommand = "" } = record;
  const which = agentCommand === "" ? "" : ` (${plain(agentCommand).slice(0, 80)})`;
  const ids = `${agentIds.slice(0, -1).join(", ")} or ${agentIds.at(-1)}`;
  throw new CoworkError(
    "AGENT_UNAVAILABLE",
    `Session ${plain(name)} has the program of AGENT_COMMAND${which}: runs, prompts and approvals need a known agent.`,
    {
      hint: steps`${ownCommand("open", name)}, or a new session with ${ids}: ${ownCommand("init", "<session>", "--agent", agentIds[0])}`,
    },
  );
}

/**
 * Refuses another agent than the one that a session has.
 * @param wanted what the user named; undefined: nothing
 * @throws USAGE
 */
export function refuseOther({ name, agent }: Pick<SessionRecord, "name" | "agent">, wanted: string | undefined): void {
  if (wanted === undefined || wanted === agent) return;
  const has = agent === commandAgent ? "the program of AGENT_COMMAND" : `the agent ${plain(agent)}`;
  throw usageError(`Session ${plain(name)} has ${has}, and a session keeps the one that it was created with.`, [
    ownCommand("init", "<session>", "--agent", wanted),
  ]);
}
