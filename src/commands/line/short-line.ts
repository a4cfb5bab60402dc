import type { AppParts } from "../process/app-parts.ts";
import type { Caller } from "../process/caller.ts";
import type { GlobalValues } from "./command.ts";
import { createApp } from "../process/create-app.ts";
import type { Terminal } from "../../ui/terminal.ts";
import { commandIndex, parseLine } from "./parse.ts";
import { isKnownWord } from "./registry-lookup.ts";
import { commands } from "../registry.ts";

/** The command that `cowork` alone runs on a terminal. */
const defaultCommand = "list";

/** The command that `cowork a` runs on a terminal, where `a` is a session. */
const sessionCommand = "connect";

interface Place {
  caller: Caller;
  terminal: Terminal;
  parts: AppParts;
}

/** On a terminal, expands a short command line (`cowork`, `cowork a`). Returns every other line unchanged. */
export async function completeShortLine(argv: readonly string[], place: Place): Promise<readonly string[]> {
  const at = commandIndex(argv);
  const word = argv[at];
  const isWhole =
    word === undefined ? argv.some((one) => ["--", "-h", "--help"].includes(one)) : isKnownWord(word, commands);
  if (isWhole || place.terminal.streams.stdout.isTTY !== true) return argv;
  if (word === undefined) return [defaultCommand, ...argv];
  const line = argv.toSpliced(at, 0, sessionCommand);
  return place.terminal.canAsk && (await isSession(line, word, place)) ? line : argv;
}

/** False on any error: the line is then parsed as it is, which reports the error. */
async function isSession(line: readonly string[], word: string, { caller, terminal, parts }: Place): Promise<boolean> {
  const globals = await parseLine(line, commands).then(
    (parsed) => parsed.globals,
    () => noGlobals,
  );
  const app = createApp(caller, terminal, globals, parts);
  try {
    const { namesSession } = await import("../../app/find/find-sessions.ts");
    return await namesSession(await app.scope(), word);
  } catch {
    return false;
  } finally {
    app.stop();
  }
}

const noGlobals: GlobalValues = { host: undefined, json: false, verbose: false, "no-color": false, help: false };
