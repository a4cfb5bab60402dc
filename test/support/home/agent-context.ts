import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAgent } from "../../../src/agent/catalog.ts";
import type { Agent, AgentId } from "../../../src/agent/types.ts";
import { resolveSettings } from "../../../src/config/resolve.ts";
import type { Settings } from "../../../src/config/types.ts";
import type { Engine } from "../../../src/engine/types.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import type { Context } from "../../../src/system/context.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { removeFromEngine } from "../engine/remove-from-engine.ts";
import { placeAgents } from "./kept-agents.ts";
import { realContext } from "./real-context.ts";

/** A temporary cowork home and user's home. Everything in the context is real, except an engine that is passed in. */
export interface AgentHost {
  ctx: Context;
  agent: Agent;
  settings: Settings;
  /** temporary folder; the user's home is `home` in it */
  folder: string;
  events: ProgressEvent[];
  log: string[];
  end(): Promise<void>;
}

export async function agentHost(
  options: { engine?: Engine; env?: Record<string, string>; agent?: AgentId } = {},
): Promise<AgentHost> {
  const folder = await mkdtemp(join(tmpdir(), "cowork-agent-"));
  const home = join(folder, "home");
  await mkdir(home);
  // If the tests run inside a session, that session sets its own config folder.
  const env = { ...process.env, HOME: home, CLAUDE_CONFIG_DIR: undefined, CODEX_HOME: undefined, ...options.env };
  const events: ProgressEvent[] = [];
  const log: string[] = [];
  const own = {
    env,
    report: (event: ProgressEvent) => void events.push(event),
    log: (line: string) => void log.push(line),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
  };
  const ctx = realContext(join(home, ".cowork"), own, home);
  const { paths } = ctx;
  if (options.engine === undefined) await placeAgents(paths.home);
  const end = async (): Promise<void> => {
    if (options.engine === undefined) await removeFromEngine(homeId(paths));
    await rm(folder, { recursive: true, force: true });
  };
  const { settings } = resolveSettings({ flags: {}, env: {}, cpus: 2 });
  return { ctx, agent: getAgent(options.agent ?? "claude"), settings, folder, events, log, end };
}
