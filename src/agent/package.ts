import { join } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { inside } from "./parts.ts";
import type { Agent, AgentPackage, Variant } from "./types.ts";

export interface Installation extends AgentPackage {
  /** the variant that it is installed as */
  as: Variant;
  /** folder of the installation in the agent's own: `{version}/{variant}` */
  folder: string;
}

/** What of an agent is installed for a kind of container. @throws AGENT_UNAVAILABLE with the agent's reason if there is nothing */
export function installationOf(agent: Agent, version: string, variant: Variant): Installation {
  const found = agent.install.package(variant, version);
  if ("unavailable" in found) throw notAvailable(agent, variant, found.unavailable);
  const as = found.as ?? variant;
  return { ...found, as, folder: `${version}/${as}` };
}

export function notAvailable(agent: Agent, variant: Variant, why: string): CoworkError {
  return new CoworkError(
    "AGENT_UNAVAILABLE",
    `${agent.title} cannot run in a container of the kind ${variant}: ${why}.`,
  );
}

/** Path of the program on this host. */
export function programPath(ctx: Pick<Context, "paths">, agent: Agent, { folder, program }: Installation): string {
  return join(ctx.paths.agentLib(agent.id), folder, program);
}

/** Path of the program inside containers. */
export function programInside(agent: Agent, { folder, program }: Installation): string {
  return `${installedInside(agent, folder)}/${program}`;
}

/** The variables whose values are paths in the installation. */
export function installedVariables(agent: Agent, { folder }: Pick<Installation, "folder">): Record<string, string> {
  const entries = Object.entries(agent.launch.installed ?? {});
  return Object.fromEntries(entries.map(([name, path]) => [name, `${installedInside(agent, folder)}/${path}`]));
}

export function installedInside(agent: Agent, folder: string): string {
  return `${inside.agents}/${agent.id}/${folder}`;
}
