import { join, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { Progress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import { createQuestions } from "../parts/ask-person.ts";
import type { Caller } from "./caller.ts";

/** Creates the context of the use cases, for a user who ran a command. */
export async function makeContext(
  caller: Caller,
  terminal: Terminal,
  options: { progress: Progress; trust: boolean; verbose: boolean; json?: boolean },
): Promise<Context> {
  const { createContext } = await import("../../app/create-context.ts");
  return createContext({
    ...caller,
    home: homeFolder(caller),
    identity: caller.identity(),
    report: options.progress.report,
    ...(options.verbose ? { onLog: (line) => terminal.err(terminal.errStyle("dim", line)) } : {}),
    makeQuestions: (ctx) => createQuestions(terminal, ctx, options),
  });
}

/** `$COWORK_HOME`, else `~/.cowork`; absolute. */
export function homeFolder(caller: Pick<Caller, "env" | "cwd" | "identity">): string {
  const own = caller.env["COWORK_HOME"];
  if (own !== undefined && own !== "") return resolve(own.startsWith("/") ? "/" : caller.cwd(), own);
  const { homedir } = caller.identity();
  if (homedir !== "") return join(homedir, ".cowork");
  throw new CoworkError("PERMISSION_DENIED", "The user has no home folder to store sessions in.", {
    hint: "set COWORK_HOME to a folder that you can write to",
  });
}
