import { dirname, join } from "node:path";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files/files.ts";
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
    ...(await policyMount(ctx, agent)),
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

/** Does the policy on this host have the right content? */
export async function isPolicyInPlace(ctx: Context, agent: Agent): Promise<boolean> {
  const source = policyFolder(ctx, agent);
  for (const [name, content] of Object.entries(agent.launch.policy?.files ?? {})) {
    if ((await readTextFile(join(source, name), { maxBytes: 1024 * 1024 }).catch(() => undefined)) !== content)
      return false;
  }
  return true;
}

function policyFolder(ctx: Context, agent: Agent): string {
  return join(ctx.paths.agentLib(agent.id), "policy");
}

/** A folder, not a file: an image cannot add to it, and a newer cowork can change it in running sessions. */
export async function policyMount(ctx: Context, agent: Agent): Promise<AgentParts["mounts"]> {
  const { policy } = agent.launch;
  if (policy === undefined) return [];
  const source = policyFolder(ctx, agent);
  await ensureFolder(source, { mode: 0o755 });
  for (const [name, content] of Object.entries(policy.files)) {
    const path = join(source, name);
    const present = await readTextFile(path, { maxBytes: 1024 * 1024 });
    if (present !== content) await writeFileAtomic(path, content, { mode: 0o644 });
  }
  return [{ source, target: policy.target, readOnly: true }];
}
