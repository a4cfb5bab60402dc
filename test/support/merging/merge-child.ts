import type { Run } from "../../../src/system/process/process.ts";
import { createRun } from "../../../src/system/process/run.ts";
import type { Context } from "../../../src/system/context.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { mergeHere, type MergeHere } from "./merge-here.ts";

// A process that merges, and kills itself at a chosen call of git on the host: `node merge-child.ts '{…}'`.

export interface MergeChild {
  home: string;
  here: Omit<MergeHere, "ctx">;
  user: Context["user"];
  sessions: string[];
  test?: string;
  /** before the first call whose arguments match, or with `after` before the one that follows it */
  killAt?: { matches: string; after?: boolean };
  /** before the call with this number */
  killAtCall?: number;
}

const child = JSON.parse(process.argv[2] ?? "{}") as MergeChild;
const run = createRun({ env: child.here.env });
let calls = 0;
let isNext = false;
const die = (): void => void process.kill(process.pid, "SIGKILL");

const ctx = {
  paths: coworkPaths(child.home),
  user: child.user,
  env: child.here.env,
  run: (async (file, args, options) => {
    calls += 1;
    if (isNext || calls === child.killAtCall) die();
    if (child.killAt !== undefined && new RegExp(child.killAt.matches).test(args.join(" "))) {
      if (child.killAt.after === true) isNext = true;
      else die();
    }
    return await run(file, args, options);
  }) satisfies Run,
  clock: { now: () => new Date(), sleep: () => Promise.resolve() },
  report: () => undefined,
  ask: () => Promise.resolve(false),
  askSecret: () => Promise.resolve(undefined),
  signal: new AbortController().signal,
  log: () => undefined,
  node: { path: process.execPath, version: process.versions.node },
  self: ["cowork"],
} as unknown as Context;

const view = await mergeHere(
  { ...child.here, ctx },
  child.sessions,
  child.test === undefined ? {} : { test: child.test },
);
process.stdout.write(JSON.stringify({ calls, view }));
