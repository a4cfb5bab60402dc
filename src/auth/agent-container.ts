import { ownCommand } from "../hint.ts";
import { mkdtemp, readdir, symlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { variantInside } from "../agent/inside.ts";
import { installAgent } from "../agent/install.ts";
import { installationOf, installedVariables, programInside } from "../agent/package.ts";
import { ensureVaultFolder, inside, sharedPolicyMount } from "../agent/parts.ts";
import type { Agent } from "../agent/types.ts";
import { chooseVersion } from "../agent/versions.ts";
import type { Settings } from "../config/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder } from "../system/files/files.ts";
import { chownTree, removeTree } from "../system/files/tree.ts";
import { homeId } from "../system/home-id.ts";

export interface AgentContainerRequest {
  settings: Settings;
  /** image to run the agent in: the template's */
  image: string;
  /** an image of cowork's own (agent/install.ts) */
  ownImage?: () => Promise<string>;
  /** the links to the vault are in the config folder, as in a session */
  linked?: boolean;
  /** proxies and the like */
  env?: Readonly<Record<string, string>>;
}

export interface AgentContainer {
  id: string;
  /** path of the agent's program inside, and the arguments that it always gets */
  program: readonly [string, ...string[]];
  /** what the agent's config folder is on the host */
  configFolder: string;
  user: string;
  env: Record<string, string>;
}

const label = "cowork.auth";

/**
 * Starts a container from the template for the agent alone, with the vault and an empty config folder, and always removes it
 * afterwards. It ends by itself after an hour, in case this process is killed.
 * @throws AGENT_UNAVAILABLE, ENGINE_UNREACHABLE, INTERRUPTED and what `fn` throws
 */
export async function withAgentContainer<T>(
  ctx: Context,
  agent: Agent,
  request: AgentContainerRequest,
  fn: (container: AgentContainer) => Promise<T>,
): Promise<T> {
  const version = chooseVersion(agent, request.settings);
  const vault = await ensureVaultFolder(ctx, agent);
  await removeLeft(ctx, agent);
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  const configFolder = await mkdtemp(join(dirname(vault), `.${agent.id}-`));
  const mark = randomBytes(8).toString("hex");
  const ended = new AbortController();
  const env = { ...request.env, ...agent.launch.env };
  try {
    await ensureFolder(configFolder, { mode: 0o700, uid, gid });
    for (const file of request.linked === true ? (agent.launch.links ?? []) : [])
      await symlink(`${inside.vault(agent)}/${file}`, join(configFolder, file));
    await agent.login.begin?.(ctx, configFolder);
    if (ctx.user.uid !== uid) await chownTree(configFolder, uid, gid);
    await ensureFolder(ctx.paths.agentLib(agent.id), { mode: 0o755 });
    const running = ctx.engine.runHelper(
      {
        image: request.image,
        command: ["/bin/sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait"],
        user: "0",
        env,
        binds: [
          { source: dirname(ctx.paths.agentLib(agent.id)), target: inside.agents, readOnly: true },
          { source: vault, target: inside.vault(agent) },
          { source: configFolder, target: inside.config(agent) },
          ...(await sharedPolicyMount(ctx, agent)),
        ],
        labels: { "cowork.home": homeId(ctx.paths), [label]: mark },
        network: true,
      },
      { timeoutMs: 3_700_000, signal: AbortSignal.any([ctx.signal, ended.signal]) },
    );
    try {
      const id = await Promise.race([running.then(failedToStart), waitUntilUp(ctx, mark)]);
      const variant = await variantInside(ctx, id);
      if (variant === undefined)
        throw new CoworkError("AGENT_UNAVAILABLE", `${agent.title} is not available for this engine's processor.`);
      await installAgent(ctx, agent, { version, variant, image: request.ownImage });
      const installation = installationOf(agent, version, variant);
      const program = [programInside(agent, installation), ...(agent.launch.args ?? [])] as const;
      const own = { ...env, ...installedVariables(agent, installation) };
      return await fn({ id, program, configFolder, user: `${uid}:${gid}`, env: own });
    } finally {
      ended.abort();
      await running.catch(() => undefined);
    }
  } finally {
    await removeTree(configFolder);
  }
}

function failedToStart(): never {
  throw new CoworkError("ENGINE_FAILED", "The container for the agent's login exited immediately.", {
    hint: [ownCommand("doctor")],
  });
}

async function waitUntilUp(ctx: Context, mark: string): Promise<string> {
  for (;;) {
    const [container] = await ctx.engine.listContainers({ [label]: mark });
    if (container?.state === "running") return container.id;
    await ctx.clock.sleep(50, ctx.signal);
  }
}

/** Removes what a killed cowork left. The caller holds the lock of `auth`, so it is not in use. */
async function removeLeft(ctx: Context, agent: Agent): Promise<void> {
  const left = await ctx.engine.listContainers({ "cowork.home": homeId(ctx.paths), [label]: undefined });
  // Labels prove nothing, because an image may have them too: a container that mounts the login is this home's.
  const ours = left.filter(({ mounts }) => mounts.some(({ source }) => source === ctx.paths.vault(agent.id)));
  for (const container of ours) await ctx.engine.removeContainer(container.id);
  const folder = dirname(ctx.paths.vault(agent.id));
  const names = await readdir(folder);
  for (const name of names.filter((one) => one.startsWith(`.${agent.id}-`))) await removeTree(join(folder, name));
}
