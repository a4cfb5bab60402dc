import { homedir, userInfo } from "node:os";
import { createEngine } from "../../../src/engine/engine.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { Context } from "../../../src/system/context.ts";
import { createKnown } from "../../../src/system/known.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { hostUser } from "../../../src/system/user.ts";

/**
 * A context in which everything is real: engine, programs, clock, and the user who runs the tests. Questions are answered with
 * yes, events and log lines are dropped.
 * @param coworkHome only a path: nothing is created there
 * @param home the user's home folder, default the real one
 */
export function realContext(coworkHome: string, overrides: Partial<Context> = {}, home = homedir()): Context {
  const { uid, gid, username } = userInfo();
  const env = overrides.env ?? { ...process.env };
  return {
    paths: coworkPaths(coworkHome),
    user: hostUser({ uid, gid, username, homedir: home }),
    env,
    run: createRun({ env }),
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    engine: createEngine({ env, home: homedir() }),
    clock: systemClock,
    report: () => undefined,
    ask: () => Promise.resolve(true),
    askSecret: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    log: () => undefined,
    known: createKnown(),
    ...overrides,
  };
}
