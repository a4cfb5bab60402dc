import { agentIds, type AgentId, readAgentName } from "../../contract/agents.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Flags } from "../line/flags.ts";
import { nearest } from "../line/suggest.ts";

const names = `${agentIds.slice(0, -1).join(", ")} or ${agentIds.at(-1)}`;

export const agentFlag = {
  agent: { type: "string", value: "AGENT", summary: `The agent: ${names} (default: AGENT in the configuration)` },
} as const satisfies Flags;

/**
 * The agent that `--agent` names.
 * @param usage the command line as it could be, without `--agent`
 * @throws USAGE for an unknown name, with a similar one, or with the reason if cowork does not support that agent
 */
export function readAgent(name: string | undefined, usage: string): AgentId | undefined {
  if (name === undefined) return undefined;
  const found = readAgentName(name);
  if (typeof found === "string") return found;
  const shown = plain(name).slice(0, 80);
  if (found.why !== undefined)
    throw usageError(`cowork does not support ${shown} now: ${found.why}.`, `${usage} --agent ${agentIds[0]}`);
  const near = nearest(name, agentIds);
  const meant = near === undefined ? `use ${names}.` : `did you mean ${near}?`;
  throw usageError(`There is no agent ${JSON.stringify(shown)}: ${meant}`, `${usage} --agent ${near ?? agentIds[0]}`);
}
