import { completeAgent } from "../../agent/inside.ts";
import { prepareAgent } from "../../agent/prepare.ts";
import { checkVault } from "../../auth/vault.ts";
import type { Settings } from "../../config/types.ts";
import { namingAgent } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { agentOf } from "../record/agent.ts";
import { ownImage } from "../own-image.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Sets up the agent, in every command that starts a session or connects to it: checks the vault, installs the version that the
 * settings name, and updates the session's own agent configuration with login and user. Work that is done already is skipped; a
 * missing login or registry is a note.
 * @param running id of the session's container if it is running: what only the container knows is read when the version changed
 * @returns notes for the user
 * @throws CONFIG_VALUE_INVALID for a version that cannot be used, AGENT_UNAVAILABLE for an agent that only a newer cowork knows
 */
export async function readyAgent(
  ctx: Context,
  record: Pick<SessionRecord, "id" | "name" | "agent" | "agentCommand" | "devcontainer">,
  settings: Settings,
  options: { workspaceFolder?: string; running?: Promise<string | undefined> } = {},
): Promise<string[]> {
  const agent = agentOf(record);
  if (agent === undefined) return [];
  const { name } = record;
  const { workspaceFolder, running } = options;
  const { login, repaired, problems } = await checkVault(ctx, agent);
  const folder = workspaceFolder === undefined ? {} : { workspaceFolder };
  const request = {
    id: record.id,
    name,
    settings,
    made: running !== undefined,
    image: ownImage(ctx),
    ...folder,
  };
  const { notes, changed } = await prepareAgent(ctx, agent, request);
  const id = changed ? await running : undefined;
  if (id !== undefined) {
    const place = { name, session: record.id, ownImage: ownImage(ctx) };
    const remoteUid = record.devcontainer?.remoteUid ?? 0;
    notes.push(...(await completeAgent(ctx, agent, { ...place, id, remoteUid })));
  }
  const missing = login.state === "none" ? [login.detail] : [];
  const say = (line: string): string => namingAgent(line, agent.id, settings.agent);
  return [...repaired.map(say), ...problems.map(say), ...missing.map(say), ...notes];
}
