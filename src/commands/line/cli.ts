import { createTerminal, type Terminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "../process/caller.ts";
import { realParts, type AppParts } from "../process/app-parts.ts";
import { createApp } from "../process/create-app.ts";
import { parseLine } from "./parse.ts";
import { dailyCommands } from "./daily-commands.ts";
import { commands } from "../registry.ts";
import { reportFailure } from "../parts/report-failure.ts";
import { completeShortLine } from "./short-line.ts";

/** Runs one command line and returns the exit code. All errors are reported here, once. */
export async function runCli(argv: readonly string[], caller: Caller, parts: AppParts = realParts): Promise<number> {
  // Read before the line is parsed, because errors of the parser must follow these flags, too.
  const has = (flag: string): boolean => beforeDashes(argv).includes(flag);
  const terminal = createTerminal(caller.streams, { env: caller.env, noColour: has("--no-color") });
  try {
    // Nothing works in a folder that no longer exists, not even yargs. This reports it once.
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
  const { command, globals, input } = parseLine(line, commands);
  if (globals.help || command === undefined) {
    const [{ renderCommandHelp }, { renderOverview }] = await Promise.all([
      import("./help.ts"),
      import("./help-overview.ts"),
    ]);
    terminal.out(
      command === undefined ? renderOverview(commands, terminal, dailyCommands) : renderCommandHelp(command, terminal),
    );
    return 0;
  }
  const app = createApp(caller, terminal, globals, parts);
  try {
    return await command.run(input, app, commands);
  } catch (error) {
    const { withNextStep } = await import("../parts/next-step.ts");
    throw await withNextStep(error, { app, command, args: input.args, line });
  } finally {
    app.stop();
  }
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? argv : argv.slice(0, end);
}
