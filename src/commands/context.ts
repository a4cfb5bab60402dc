import { join, resolve } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Ask, AskSecret, Question } from "../events.ts";
import type { Context } from "../system/context.ts";
import { coworkPaths } from "../system/paths.ts";
import { hostUser } from "../system/user.ts";
import type { Progress } from "../ui/progress.ts";
import type { Terminal } from "../ui/terminal.ts";
import type { Caller } from "./caller.ts";

/** Makes the context that everything below the commands works with, for a user who called a command. */
export async function makeContext(
  caller: Caller,
  terminal: Terminal,
  options: { progress: Progress; trust: boolean; verbose: boolean },
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

/**
 * Questions, one at a time. Trust that was given before, for the same content, is not asked for again; where nobody can be
 * asked, a question is shown and answered with no, but for `--trust`. `COWORK_YES=true`, which install.sh sets once its user has
 * agreed to all that it changes, answers the others with yes: never a question of trust. Whether a host's key is the right one,
 * and what a secret is, can only be said by a person.
 */
function createQuestions(
  terminal: Terminal,
  ctx: Pick<Context, "paths" | "clock" | "signal" | "env">,
  options: { progress: Progress; trust: boolean },
): { ask: Ask; askSecret: AskSecret } {
  let last: Promise<unknown> = Promise.resolve();
  const askOne = async (question: Question): Promise<boolean> => {
    const { showQuestion, askPerson } = await import("../ui/questions.ts");
    const { isTrusted, rememberTrust } = await import("../project/trust-store.ts");
    const isTrust = question.kind === "trust";
    if (isTrust && (await isTrusted(ctx.paths, question.projectRoot, question.hash))) return true;
    const given = isTrust ? options.trust : question.kind === "confirm" && ctx.env["COWORK_YES"] === "true";
    if (given || !terminal.canAsk) showQuestion(terminal, question);
    const yes = given || (terminal.canAsk && (await askPerson(terminal, question, ctx.signal)));
    if (isTrust && yes) await rememberTrust(ctx, question.projectRoot, question.hash);
    return yes;
  };
  // Sessions are made side by side; their questions come one after another.
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(async () => await options.progress.pauseFor(work));
    last = turn.catch(() => undefined);
    return await turn;
  };
  return {
    ask: async (question) => await inTurn(async () => await askOne(question)),
    askSecret: async (question) => {
      if (!terminal.canAsk) return undefined;
      const { askPersonSecret } = await import("../ui/questions.ts");
      return await inTurn(async () => await askPersonSecret(terminal, question, ctx.signal));
    },
  };
}
