import { toCoworkError, type CoworkError } from "../errors.ts";
import { createTerminal, type Terminal } from "../ui/terminal.ts";
import { createApp, realParts, type AppParts } from "./app.ts";
import type { Caller } from "./caller.ts";
import { parseLine } from "./parse.ts";
import { commands, dailyCommands } from "./registry.ts";
import { completeShortLine } from "./short-line.ts";

/** Runs one command line to its exit code. Everything that goes wrong is reported here, once. */
export async function runCli(argv: readonly string[], caller: Caller, parts: AppParts = realParts): Promise<number> {
  // Known before the line is understood: an error about the line itself has to be shown in the right way, too.
  const has = (flag: string): boolean => beforeDashes(argv).includes(flag);
  const terminal = createTerminal(caller.streams, { env: caller.env, noColour: has("--no-color") });
  try {
    // Nothing works in a folder that is gone, not even yargs: said once, here.
    caller.cwd();
    const code = await runCommand(argv, caller, terminal, parts);
    return code === 130 ? (caller.signalCode() ?? code) : code;
  } catch (error) {
    return await reportFailure(error, caller, terminal, { json: has("--json"), verbose: has("--verbose") });
  }
}

async function runCommand(
  argv: readonly string[],
  caller: Caller,
  terminal: Terminal,
  parts: AppParts,
): Promise<number> {
  const line = await completeShortLine(argv, { caller, terminal, parts });
  const { command, globals, input } = await parseLine(line, commands);
  if (globals.help || command === undefined) {
    const { renderCommandHelp, renderOverview } = await import("./help.ts");
    terminal.out(
      command === undefined
        ? renderOverview(commands, terminal.style, dailyCommands)
        : renderCommandHelp(command, terminal.style),
    );
    return 0;
  }
  const app = createApp(caller, terminal, globals, parts);
  try {
    return await command.run(input, app);
  } catch (error) {
    const [{ withNearSession }, { nextFrom }] = await Promise.all([
      import("./near-session.ts"),
      import("./next-from.ts"),
    ]);
    throw nextFrom(app.visited, await withNearSession(error, { app, command, args: input.args }));
  } finally {
    app.stop();
  }
}

/** Shows what went wrong, as text or JSON. Gives the exit code. */
export async function reportFailure(
  thrown: unknown,
  caller: Caller,
  terminal: Terminal,
  options: { json: boolean; verbose: boolean },
): Promise<number> {
  const error = await explained(toCoworkError(thrown), caller);
  if (options.json) {
    terminal.out(JSON.stringify({ error: error.toView() }, null, 2));
  } else {
    const { renderError } = await import("../ui/errors.ts");
    const detail = options.verbose ? [error.detail, error.stack].filter(Boolean).join("\n") : undefined;
    terminal.err(renderError(error.toView(), { style: terminal.errStyle, detail }));
  }
  return error.exitCode === 130 ? (caller.signalCode() ?? 130) : error.exitCode;
}

/** Files that cannot be read or written are often a matter of the cowork home itself: then that is said. */
async function explained(error: CoworkError, caller: Caller): Promise<CoworkError> {
  if (error.code !== "PERMISSION_DENIED" && error.code !== "CONFIG_FILE_CORRUPT") return error;
  const { withHomeProblem } = await import("../system/home-problem.ts");
  const { homeFolder } = await import("./context.ts");
  const { coworkPaths } = await import("../system/paths.ts");
  const { hostUser } = await import("../system/user.ts");
  try {
    const paths = coworkPaths(homeFolder(caller));
    return withHomeProblem({ paths, user: hostUser(caller.identity()), env: caller.env }, error);
  } catch {
    return error;
  }
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? argv : argv.slice(0, end);
}
