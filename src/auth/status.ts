import type { Agent } from "../agent/types.ts";
import { isPolicyInPlace } from "../agent/parts.ts";
import { trustFolder } from "../contract/devcontainer/trust-folder.ts";
import type { AuthStatus } from "../contract/login.ts";
import type { ContainerDetail } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { homeLabels } from "../system/home-id.ts";
import { plain } from "../system/text.ts";
import { checkVault } from "./vault.ts";

export type { AuthStatus };

/**
 * Who is logged in, until when, whether every session can read the login, and whether an API key would replace it. Uses no network.
 * Sessions are checked if the engine answers.
 */
export async function authStatus(ctx: Context, agent: Agent): Promise<AuthStatus> {
  const { login, repaired, problems } = await checkVault(ctx, agent);
  const threats = await findThreats(ctx, agent);
  return {
    agent: agent.id,
    login,
    readable: login.state === "ok" && problems.length === 0,
    repaired,
    problems,
    threats,
  };
}

async function findThreats(ctx: Context, agent: Agent): Promise<string[]> {
  const questions = homeLabels(ctx.paths).map((home) =>
    ctx.engine.listContainers({ "cowork.home": home, "cowork.name": undefined }).catch(() => []),
  );
  const containers = (await Promise.all(questions)).flat();
  const lines: string[] = [];
  for (const { id, labels: its } of containers) {
    const detail = await ctx.engine.findContainer(id).catch(() => undefined);
    // Labels prove nothing, because an image may have them: a container that mounts the login is this home's.
    if (detail?.mounts.some(({ source }) => source === ctx.paths.vault(agent.id)) !== true) continue;
    const set = Object.keys(detail.env).filter((name) => isForeign(detail.env[name] ?? ""));
    const names = agent.keepOut.flatMap((kept) => set.filter((name) => isMeant(kept, name))).map(plain);
    if (names.length === 0) continue;
    const how = await howKeptOut(ctx, agent, detail, its["cowork.session"] ?? "");
    lines.push(`session ${plain(its["cowork.name"] ?? id)} sets ${names.join(", ")}: ${how}`);
  }
  return lines;
}

async function howKeptOut(ctx: Context, agent: Agent, { mounts }: ContainerDetail, session: string): Promise<string> {
  const { policy } = agent.launch;
  if (policy?.overridesVariables !== true) return "the agent does not see it, because its launcher takes it away";
  const bound = mounts.find((mount) => mount.destination === policy.target && !mount.writable);
  return bound !== undefined && (await isPolicyInPlace(ctx, agent, bound.source, session))
    ? "the agent does not see it, because of its managed settings"
    : "the agent may use it instead of the login; to prevent that: cowork start --rebuild";
}

/** cowork itself names the host's authorities in its images. */
function isForeign(value: string): boolean {
  return value !== "" && !value.startsWith(`${trustFolder}/`);
}

/** @param kept a name of the list, which may end in `*` */
function isMeant(kept: string, name: string): boolean {
  return kept.endsWith("*") ? name.startsWith(kept.slice(0, -1)) : name === kept;
}
