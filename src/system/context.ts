import type { Ask, AskSecret, Report } from "../events.ts";
import type { Engine } from "../engine/types.ts";
import type { Known } from "./known.ts";
import type { HostUser } from "./user.ts";
import type { Paths } from "./paths.ts";
import type { Run } from "./process.ts";
import type { Clock } from "./clock.ts";

/**
 * What every function below the commands gets handed instead of reaching for `process`: made once, in
 * `commands/context.ts` for a user at a terminal, by a fixture in tests, later by a server.
 */
export interface Context {
  paths: Paths;
  user: HostUser;
  /** the environment of the caller, a copy */
  env: Readonly<Record<string, string | undefined>>;
  run: Run;
  /** the caller's file mode mask, for what becomes part of the user's own project; absent: this process's */
  umask?: number;
  /** the Node that runs cowork: programs of ours in JavaScript are started with it */
  node: { path: string; version: string };
  /** argv that calls this same cowork again, without arguments */
  self: readonly [string, ...string[]];
  engine: Engine;
  clock: Clock;
  report: Report;
  ask: Ask;
  askSecret: AskSecret;
  /** aborted on Ctrl-C: long work ends in order */
  signal: AbortSignal;
  /** a line for the log file of this command, never for the terminal */
  log: (line: string) => void;
  /** what this run has found out and need not find out again (say: that no registry answers); absent: asked every time */
  known?: Known;
}
