import { homedir, userInfo } from "node:os";
import type { Context } from "../../src/system/context.ts";
import { systemClock } from "../../src/system/clock.ts";
import { coworkPaths } from "../../src/system/paths.ts";
import { createRun } from "../../src/system/run.ts";
import { hostUser } from "../../src/system/user.ts";
import { realEngine } from "./engine/engine-fixture.ts";

/** A context with the real engine. `home` is only a path: nothing is created there. */
export function connectContext(home: string, more: Partial<Context> = {}): Context & { notes: string[] } {
  const { uid, gid, username } = userInfo();
  const notes: string[] = [];
  return {
    paths: coworkPaths(home),
    user: hostUser({ uid, gid, username, homedir: homedir() }),
    env: process.env,
    run: createRun(),
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    engine: realEngine(),
    clock: systemClock,
    report: ({ detail }) => void (detail !== undefined && notes.push(detail)),
    ask: async () => true,
    askSecret: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    log: () => undefined,
    ...more,
    notes,
  };
}
