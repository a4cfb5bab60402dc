import { readdir } from "node:fs/promises";
import type { Settings } from "../config/types.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { pathExists } from "../system/files/files.ts";
import { installAgent } from "./install.ts";
import { installationOf, programPath } from "./package.ts";
import { writeLaunchFile } from "./launch-file.ts";
import { readMemory, writeMemory } from "./memory.ts";
import { agentParts } from "./parts.ts";
import { givePolicyToRoot } from "./policy-owner.ts";
import { changeRules } from "./rules.ts";
import type { Agent, AgentSession, Variant } from "./types.ts";
import { chooseVersion, compareVersions, isVersion, variantFor } from "./versions.ts";

export interface PrepareRequest {
  id: string;
  /** session name, for progress */
  name: string;
  settings: Settings;
  /** the session's working folder inside the container, if known: the agent then does not ask whether to trust it */
  workspaceFolder?: string;
  /** the container exists already: its variant is on record, and the engine is not asked */
  made?: boolean;
  /** an image of cowork's own (install.ts) */
  image?: () => Promise<string>;
}

export interface Prepared {
  /** lines for the user */
  notes: string[];
  /** the launcher starts a different version than before */
  changed: boolean;
}

/**
 * Prepares everything on the host that an agent needs before it starts in a session: the program, the launcher's settings, the
 * session's own config. Called before the container starts and whenever the session is used; finished work is skipped. Does not
 * fail without a registry or a login: sessions work without them, and notes report it.
 * @throws CONFIG_VALUE_INVALID for a version that cannot be used; errors of the file system
 */
export async function prepareAgent(ctx: Context, agent: Agent, request: PrepareRequest): Promise<Prepared> {
  const { id, settings } = request;
  await agentParts(ctx, agent, { id });
  const ownRules = settings.agentSettings ? await agent.ownRules?.(ctx) : undefined;
  await changeRules(ctx, agent, id, ({ own: _own, tasks: _tasks, ...rules }) => ({
    ...rules,
    ...(ownRules === undefined ? {} : { own: ownRules }),
    ...(settings.agentTasks ? { tasks: true } : {}),
  }));
  const notes = await givePolicyToRoot(ctx, agent, id, request.image);
  const wanted = chooseVersion(agent, settings);
  const memory = await readMemory(ctx, id);
  const variant = (request.made === true ? memory.variant : undefined) ?? variantFor(await ctx.engine.info());
  if (variant === undefined)
    return { notes: [`${agent.title} is not available for this engine's processor`], changed: false };
  const version = await install(ctx, agent, { request, version: wanted, variant }, notes);
  const changed = await writeLaunchFile(ctx, agent, id, version);
  const workspaceFolder = request.workspaceFolder ?? memory.workspaceFolder;
  const ownWays = settings.agentSettings;
  const folder = workspaceFolder === undefined ? {} : { workspaceFolder };
  if (memory.workspaceFolder !== workspaceFolder || memory.ownWays !== ownWays || memory.variant !== variant)
    await writeMemory(ctx, id, { ...memory, variant, ownWays, ...folder });
  const session = { id, ownWays, ...folder };
  notes.push(...(await prepareSafely(ctx, agent, session)));
  return { notes, changed };
}

/** The session writes to this folder, too, and may have made it unusable; the session must start anyway. */
export async function prepareSafely(ctx: Context, agent: Agent, session: AgentSession): Promise<string[]> {
  try {
    return await agent.prepare(ctx, session);
  } catch (error) {
    const problem = toCoworkError(error);
    if (problem.code === "DISK_FULL" || problem.code === "INTERRUPTED") throw problem;
    ctx.log(`agent config of ${session.id}: ${problem.message}\n${problem.detail ?? ""}`);
    return [`the ${agent.title} config of the session could not be prepared: ${problem.message}`];
  }
}

/** The version that the session gets: the wanted one, otherwise one that is installed here. */
async function install(
  ctx: Context,
  agent: Agent,
  { request, version, variant }: { request: PrepareRequest; version: string; variant: Variant },
  notes: string[],
): Promise<string> {
  const key = `agent ${agent.id} ${version} ${variant}`;
  const failed = ctx.known?.failures.get(key);
  try {
    if (failed === undefined)
      await installAgent(ctx, agent, { version, variant, session: request.name, image: request.image });
    if (failed === undefined) return version;
  } catch (error) {
    const problem = toCoworkError(error);
    if (problem.code !== "AGENT_UNAVAILABLE") throw problem;
    ctx.known?.failures.set(key, problem.message);
    ctx.log(`${problem.message}\n${problem.detail ?? ""}`);
    notes.push(`${problem.message} ${problem.hint ?? ""}`.trim());
  }
  if (failed !== undefined) notes.push(failed);
  const other = await newestInstalled(ctx, agent, variant);
  if (other === undefined) return version;
  notes.push(`until then the installed ${agent.title} ${other} is used`);
  return other;
}

async function newestInstalled(ctx: Context, agent: Agent, variant: Variant): Promise<string | undefined> {
  const versions = await installedVersions(ctx, agent);
  const usable = versions.filter((version) => compareVersions(version, agent.install.oldest.version) >= 0);
  for (const version of usable) {
    if ("unavailable" in agent.install.package(variant, version)) continue;
    if (await pathExists(programPath(ctx, agent, installationOf(agent, version, variant)))) return version;
  }
  return undefined;
}

/** Versions installed on this host, in any variant, the newest first. */
export async function installedVersions(ctx: Context, agent: Agent): Promise<string[]> {
  const names = await readdir(ctx.paths.agentLib(agent.id)).catch((): string[] => []);
  return names.filter(isVersion).toSorted(compareVersions).toReversed();
}
