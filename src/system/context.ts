import type { Ask, AskSecret, Report } from "../events.ts";
import type { Engine } from "../engine/types.ts";
import type { FileMemory } from "./files/file-memory.ts";
import type { Known } from "./known.ts";
import type { HostUser } from "./user.ts";
import type { Paths } from "./paths.ts";
import type { Run } from "./process/process.ts";
import type { Clock } from "./clock.ts";

/**
 * What functions below the commands use instead of `process`. Created once: by `commands/process/context.ts` for a user at a
 * terminal, by a fixture in tests, later by a server.
 */
export interface Context {
  paths: Paths;
  user: HostUser;
  /** the environment of the caller, a copy */
  env: Readonly<Record<string, string | undefined>>;
  run: Run;
  /** the caller's umask, for files in the user's own project; absent: this process's */
  umask?: number;
  /** the Node that runs cowork, which also runs cowork's JavaScript programs */
  node: { path: string; version: string };
  /** argv that runs this same cowork again, without arguments */
  self: readonly [string, ...string[]];
  engine: Engine;
  clock: Clock;
  report: Report;
  ask: Ask;
  askSecret: AskSecret;
  /** aborted on Ctrl-C, to end long work in an orderly way */
  signal: AbortSignal;
  /** a line for the log file of this command, never for the terminal */
  log: (line: string) => void;
  /** results that are cached for this run (such as: the registry does not answer); absent: no caching */
  known?: Known;
  /** for readers that look at the same files again and again, such as `watch`; absent: they are read each time */
  memory?: FileMemory;
}

/** What is needed to read the small files of sessions. */
export type FilesContext = Pick<Context, "paths" | "memory">;
