import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createEngine } from "../../../src/engine/engine.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { createKnown } from "../../../src/system/known.ts";
import type { Context } from "../../../src/system/context.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { createRun } from "../../../src/system/run.ts";
import { hostUser } from "../../../src/system/user.ts";
import { removeFromEngine } from "./remove-from-engine.ts";
import { homeId } from "../../../src/system/home-id.ts";

/** A context with a temporary cowork home, and everything reported and logged through it. Uses the real engine by default. */
export interface ImageContext {
  ctx: Context;
  /** temporary folder that contains the home; tests may add files */
  folder: string;
  events: ProgressEvent[];
  log: string[];
  /** removes the home and everything of it on the engine */
  end: () => Promise<void>;
}

export async function imageContext(overrides: Partial<Context> = {}): Promise<ImageContext> {
  const folder = await mkdtemp(join(tmpdir(), "cowork-image-"));
  const paths = coworkPaths(join(folder, "home"));
  const { uid, gid, username, homedir: home } = userInfo();
  const env = { ...process.env };
  const events: ProgressEvent[] = [];
  const log: string[] = [];
  const ctx: Context = {
    paths,
    user: hostUser({ uid, gid, username, homedir: home }),
    env,
    run: createRun({ env }),
    engine: createEngine({ env, home: homedir() }),
    clock: systemClock,
    report: (event) => void events.push(event),
    ask: async () => true,
    askSecret: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    log: (line) => void log.push(line),
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    known: createKnown(),
    ...overrides,
  };
  const end = async (): Promise<void> => {
    if (overrides.engine === undefined) await removeFromEngine(homeId(paths));
    await rm(folder, { recursive: true, force: true });
  };
  return { ctx, folder, events, log, end };
}
