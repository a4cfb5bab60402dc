import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { getAgent } from "../../../src/agent/catalog.ts";
import type { Agent } from "../../../src/agent/types.ts";
import { resolveSettings } from "../../../src/config/resolve.ts";
import type { Settings } from "../../../src/config/types.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import type { Engine } from "../../../src/engine/types.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { createKnown } from "../../../src/system/known.ts";
import type { Context } from "../../../src/system/context.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { createRun } from "../../../src/system/run.ts";
import { hostUser } from "../../../src/system/user.ts";
import { placeAgents } from "./kept-agents.ts";
import { removeFromEngine } from "../engine/remove-from-engine.ts";
import { homeId } from "../../../src/system/home-id.ts";

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

export async function agentHost(options: { engine?: Engine; env?: Record<string, string> } = {}): Promise<AgentHost> {
  const folder = await mkdtemp(join(tmpdir(), "cowork-agent-"));
  const home = join(folder, "home");
  await mkdir(home);
  const { uid, gid, username } = userInfo();
  // If the tests run inside a session, that session sets its own config folder.
  const env = { ...process.env, HOME: home, CLAUDE_CONFIG_DIR: undefined, ...options.env };
  const paths = coworkPaths(join(home, ".cowork"));
  if (options.engine === undefined) await placeAgents(paths.home);
  const events: ProgressEvent[] = [];
  const log: string[] = [];
  const ctx: Context = {
    paths,
    user: hostUser({ uid, gid, username, homedir: home }),
    env,
    run: createRun({ env }),
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    engine: options.engine ?? createEngine({ env, home: homedir() }),
    clock: systemClock,
    report: (event) => void events.push(event),
    ask: async () => true,
    askSecret: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    log: (line) => void log.push(line),
    known: createKnown(),
  };
  const end = async (): Promise<void> => {
    if (options.engine === undefined) await removeFromEngine(homeId(paths));
    await rm(folder, { recursive: true, force: true });
  };
  const { settings } = resolveSettings({ flags: {}, env: {}, cpus: 2 });
  return { ctx, agent: getAgent("claude"), settings, folder, events, log, end };
}
