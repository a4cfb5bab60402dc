import { allAgents } from "../../agent/catalog.ts";
import { ownCommand } from "../../hint.ts";
import { adviceOf } from "./advice.ts";
import { installedVersions } from "../../agent/prepare.ts";
import type { Agent } from "../../agent/types.ts";
import { authStatus } from "../../auth/status.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { Check } from "../session-host.ts";

/** Checks each agent's program and its shared login. Repairs the vault where that is safe, also without `--fix`. */
export async function checkAgents(ctx: Context): Promise<Check[]> {
  return (await Promise.all(allAgents().map((agent) => checkAgent(ctx, agent)))).flat();
}

async function checkAgent(ctx: Context, agent: Agent): Promise<Check[]> {
  const versions = await installedVersions(ctx, agent);
  const program: Check = {
    title: agent.title,
    status: "ok",
    detail: versions.length === 0 ? "installed with the first session" : versions.join(", "),
  };
  try {
    const { login, repaired, problems, threats } = await authStatus(ctx, agent);
    const checks: Check[] = [program];
    const title = "agent login";
    const advice = adviceOf([ownCommand("auth", "login")]);
    if (login.state === "ok") checks.push({ title, status: "ok", detail: login.detail });
    if (login.state === "none") checks.push({ title, status: "warning", detail: "not logged in", ...advice });
    checks.push(...problems.map((detail): Check => ({ title, status: "problem", detail, ...advice })));
    checks.push(...repaired.map((detail): Check => ({ title, status: "fixed", detail })));
    checks.push(...threats.map((detail): Check => ({ title, status: "warning", detail })));
    return checks;
  } catch (error) {
    return [program, { title: "agent login", status: "problem", detail: toCoworkError(error).message }];
  }
}
