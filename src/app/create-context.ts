import { join } from "node:path";
import { createEngine, withInfoOnce } from "../engine/engine.ts";
import type { Ask, AskSecret, Report } from "../events.ts";
import { systemClock } from "../system/clock.ts";
import type { Context } from "../system/context.ts";
import { createFileMemory } from "../system/files/file-memory.ts";
import { createKnown } from "../system/known.ts";
import { createLog } from "../system/log-file.ts";
import { coworkPaths } from "../system/paths.ts";
import { createRun } from "../system/process/run.ts";
import { hostUser } from "../system/user.ts";

/** What a context is made of: the process as plain values, and the user interface that it reports to. */
export interface ContextParts {
  /** cowork's home folder, absolute */
  home: string;
  env: Context["env"];
  identity: { uid: number; gid: number; username: string; homedir: string };
  node: Context["node"];
  self: Context["self"];
  /** absent: the default */
  umask?: number;
  signal: AbortSignal;
  report: Report;
  /** every line of the log file, as it is written */
  onLog?: (line: string) => void;
  /** Creates the questions from the rest of the context. */
  makeQuestions: (ctx: Omit<Context, "ask" | "askSecret">) => { ask: Ask; askSecret: AskSecret };
}

/** Creates the context of one command or request. What it caches is valid for that one only. */
export function createContext(parts: ContextParts): Context {
  const { env, signal, node, self, report, onLog } = parts;
  const user = hostUser(parts.identity);
  const paths = coworkPaths(parts.home);
  const file = createLog(join(paths.commandLogs, "cowork.log"), systemClock);
  const log = (line: string): void => {
    file(line);
    onLog?.(line);
  };
  const engine = withInfoOnce(createEngine({ env, home: user.home }));
  const umask = parts.umask === undefined ? {} : { umask: parts.umask };
  const clock = systemClock;
  const ctx = { paths, user, env, run: createRun({ env }), node, self, clock, report, signal, log, ...umask, engine };
  return { ...ctx, known: createKnown(), memory: createFileMemory(), ...parts.makeQuestions(ctx) };
}
