import { dirname, join } from "node:path";
import type { Context } from "../system/context.ts";
import { ensureFolder } from "../system/files/files.ts";
import { hasPolicy, writePolicy } from "./policy-files.ts";
import { changeRules, isPolicyOf, readRules } from "./rules.ts";
import type { Agent, AgentParts } from "./types.ts";

/** Where an agent's files are inside containers. */
export const inside = {
  vault: (agent: Agent): string => `/cowork/auth/${agent.id}`,
  config: (agent: Agent): string => `/cowork/session/${agent.id}`,
  events: "/cowork/session/events",
  agents: "/opt/cowork/agents",
  launcher: (agent: Agent): string => `/opt/cowork/bin/${agent.id}`,
};

/**
 * What an agent adds to a session's dev container. Creates the mounted folders, owned by U if the session writes there, and the
 * policy that is mounted read-only. The target of the mount `agents` is below /opt/cowork, so it must come after that mount.
 */
export async function agentParts(ctx: Context, agent: Agent, session: { id: string }): Promise<AgentParts> {
  const { paths, user } = ctx;
  const own = { mode: 0o700, uid: user.sessionUid, gid: user.sessionGid };
  const vault = await ensureVaultFolder(ctx, agent);
  const config = paths.agentState(session.id, agent.id);
  const events = paths.events(session.id);
  for (const folder of [config, events]) await ensureFolder(folder, own);
  const agents = dirname(paths.agentLib(agent.id));
  await ensureFolder(paths.agentLib(agent.id), { mode: 0o755 });
  const mounts = [
    { source: agents, target: inside.agents, readOnly: true },
    { source: vault, target: inside.vault(agent), readOnly: false },
    { source: config, target: inside.config(agent), readOnly: false },
    { source: events, target: inside.events, readOnly: false },
    ...(await sessionPolicyMount(ctx, agent, session.id)),
  ];
  return { mounts, containerEnv: { ...agent.launch.env }, notes: [] };
}

/** Creates the vault as a folder that only U can enter. Its content is not read. */
export async function ensureVaultFolder(ctx: Context, agent: Agent): Promise<string> {
  const vault = ctx.paths.vault(agent.id);
  await ensureFolder(ctx.paths.home, { mode: 0o700 });
  await ensureFolder(vault, { mode: 0o700, uid: ctx.user.sessionUid, gid: ctx.user.sessionGid });
  return vault;
}

/**
 * Is the policy that a container mounts what it should be?
 * @param source folder that is mounted
 * @param id of the container's session
 */
export async function isPolicyInPlace(ctx: Context, agent: Agent, source: string, id: string): Promise<boolean> {
  const { policy } = agent.launch;
  if (policy === undefined) return true;
  if (source === ctx.paths.policy(id))
    return await readRules(ctx, id)
      .then(async (rules) => await isPolicyOf(ctx, agent, id, rules))
      .catch(() => false);
  if (source !== sharedFolder(ctx, agent)) return false;
  return await hasPolicy(source, policy.shared).catch(() => false);
}

function sharedFolder(ctx: Context, agent: Agent): string {
  return join(ctx.paths.agentLib(agent.id), "policy");
}

/** A folder, not a file: an image cannot add to it, and a change reaches agents that run. */
async function sessionPolicyMount(ctx: Context, agent: Agent, id: string): Promise<AgentParts["mounts"]> {
  const { policy } = agent.launch;
  if (policy === undefined) return [];
  // Containers that an older cowork made mount the shared one.
  await sharedPolicyMount(ctx, agent);
  await changeRules(ctx, agent, id, (rules) => rules);
  return [{ source: ctx.paths.policy(id), target: policy.target, readOnly: true }];
}

/** The policy for a container without a session: that of the agent's login. */
export async function sharedPolicyMount(ctx: Context, agent: Agent): Promise<AgentParts["mounts"]> {
  const { policy } = agent.launch;
  if (policy === undefined || Object.keys(policy.shared).length === 0) return [];
  const source = sharedFolder(ctx, agent);
  if (!(await hasPolicy(source, policy.shared))) await writePolicy(source, policy.shared);
  return [{ source, target: policy.target, readOnly: true }];
}
