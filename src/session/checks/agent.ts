import { allAgents, findAgent } from "../../agent/catalog.ts";
import { installedVersions } from "../../agent/prepare.ts";
import type { Agent } from "../../agent/types.ts";
import { authStatus } from "../../auth/status.ts";
import { commandAgent } from "../../contract/agents.ts";
import { usualAgent } from "../../contract/usual-agent.ts";
import { toCoworkError } from "../../errors.ts";
import { loginStep } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { readRecords } from "../record/records.ts";
import type { Check } from "../session-host.ts";
import { adviceOf } from "./advice.ts";

/**
 * Checks the program and the shared login of each agent that is in use on this host: installed, logged in, or with sessions. Repairs
 * the vault where that is safe, also without `--fix`.
 */
export async function checkAgents(ctx: Context): Promise<Check[]> {
  const sessions = await countSessions(ctx);
  const found = await Promise.all(
    allAgents().map(async (agent) => {
      const versions = await installedVersions(ctx, agent);
      const isUsed = versions.length > 0 || sessions.has(agent.id) || (await hasLogin(ctx, agent));
      return { agent, versions, isUsed };
    }),
  );
  const used = found.filter(({ isUsed }) => isUsed);
  const checked = used.length > 0 ? used : found.filter(({ agent }) => agent.id === usualAgent);
  const checks = await Promise.all(checked.map(async ({ agent, versions }) => await checkAgent(ctx, agent, versions)));
  return [...checks.flat(), ...unknownAgents(sessions)];
}

async function checkAgent(ctx: Context, agent: Agent, versions: readonly string[]): Promise<Check[]> {
  const program: Check = {
    title: agent.title,
    status: "ok",
    detail: versions.length === 0 ? "installed with its first session" : versions.join(", "),
  };
  const title = `${agent.title} login`;
  try {
    const { login, repaired, problems, threats } = await authStatus(ctx, agent);
    const checks: Check[] = [program];
    const advice = adviceOf([loginStep(agent.id)]);
    if (login.state === "ok") checks.push({ title, status: "ok", detail: login.detail });
    if (login.state === "none") checks.push({ title, status: "warning", detail: "not logged in", ...advice });
    checks.push(...problems.map((detail): Check => ({ title, status: "problem", detail, ...advice })));
    checks.push(...repaired.map((detail): Check => ({ title, status: "fixed", detail })));
    checks.push(...threats.map((detail): Check => ({ title, status: "warning", detail })));
    return checks;
  } catch (error) {
    return [program, { title, status: "problem", detail: toCoworkError(error).message }];
  }
}

/** Number of sessions by agent. */
async function countSessions(ctx: Context): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const entry of await readRecords(ctx).catch(() => []))
    if ("record" in entry) counts.set(entry.record.agent, (counts.get(entry.record.agent) ?? 0) + 1);
  return counts;
}

/** A login that cannot be read is one that must be looked at. */
async function hasLogin(ctx: Context, agent: Agent): Promise<boolean> {
  return await agent.login.read(ctx).then(
    ({ state }) => state !== "none",
    () => true,
  );
}

/** Sessions that a newer cowork made. */
function unknownAgents(sessions: ReadonlyMap<string, number>): Check[] {
  const unknown = [...sessions.keys()].filter((id) => id !== commandAgent && findAgent(id) === undefined);
  return unknown.map((id) => ({
    title: "Agents",
    status: "warning",
    detail: `${plain(id).slice(0, 80)}: not known to this version of cowork, and ${sessions.get(id) ?? 0} of its sessions are here`,
    fix: "install the newest cowork on this machine",
  }));
}
