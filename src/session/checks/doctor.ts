import type { Context } from "../../system/context.ts";
import { checkAgents } from "./agent.ts";
import { checkConfig } from "./config.ts";
import { checkEngine } from "./engine.ts";
import { checkHome } from "./home.ts";
import { checkLeftovers } from "./leftovers.ts";
import { checkOldVersions } from "./old-versions.ts";
import { checkPrograms } from "./programs.ts";
import type { Check } from "../session-host.ts";

/** Checks everything that cowork needs on this host; `fix` repairs what can be repaired safely. Never throws for a bad state. */
export async function runDoctor(ctx: Context, options: { fix: boolean }): Promise<Check[]> {
  const broken = checkHome(ctx);
  const needHome = [checkAgents, checkConfig, checkLeftovers, checkOldVersions];
  const groups = [checkPrograms, checkEngine, ...(broken.length > 0 ? [() => broken] : needHome)];
  const results: Check[] = [];
  for (const group of groups) results.push(...(await group(ctx, options)));
  return results;
}
