import { join, resolve } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { coworkPaths } from "../system/paths.ts";
import { hostUser } from "../system/user.ts";
import type { Progress } from "../ui/progress.ts";
import type { Terminal } from "../ui/terminal.ts";
import { createQuestions } from "./ask-person.ts";
import type { Caller } from "./caller.ts";

/** Makes the context that everything below the commands works with, for a user who called a command. */
export async function makeContext(
  caller: Caller,
  terminal: Terminal,
  options: { progress: Progress; trust: boolean; verbose: boolean; json?: boolean },
): Promise<Context> {
  const [{ createRun }, { createEngine }, { systemClock }, { createLog }] = await Promise.all([
    import("../system/run.ts"),
    import("../engine/engine.ts"),
    import("../system/clock.ts"),
    import("../system/log-file.ts"),
  ]);
  const { env, signal, node, self } = caller;
  const user = hostUser(caller.identity());
  const paths = coworkPaths(homeFolder(caller));
  const file = createLog(join(paths.commandLogs, "cowork.log"), systemClock);
  const log = (line: string): void => {
    file(line);
    if (options.verbose) terminal.err(terminal.errStyle("dim", line));
  };
  const { report } = options.progress;
  const base = { paths, user, env, run: createRun({ env }), node, self, clock: systemClock, report, signal, log };
  const engine = createEngine({ env, home: user.home });
  const umask = caller.umask === undefined ? {} : { umask: caller.umask };
  return { ...base, ...umask, engine, ...createQuestions(terminal, base, options), known: new Map() };
}

/** `$COWORK_HOME`, else `~/.cowork`; absolute. */
export function homeFolder(caller: Pick<Caller, "env" | "cwd" | "identity">): string {
  const own = caller.env["COWORK_HOME"];
  if (own !== undefined && own !== "") return resolve(own.startsWith("/") ? "/" : caller.cwd(), own);
  const { homedir } = caller.identity();
  if (homedir !== "") return join(homedir, ".cowork");
  throw new CoworkError("PERMISSION_DENIED", "There is no home folder to keep sessions in.", {
    hint: "set COWORK_HOME to a folder that you can write to",
  });
}
