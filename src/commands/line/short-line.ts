import type { AppParts } from "../process/app-parts.ts";
import type { Caller } from "../process/caller.ts";
import type { GlobalValues } from "./command.ts";
import { createApp } from "../process/create-app.ts";
import type { Terminal } from "../../ui/terminal.ts";
import { commandIndex, parseLine } from "./parse.ts";
import { isKnownWord } from "./registry-lookup.ts";
import { commands } from "../registry.ts";

/** What `cowork` alone stands for on a terminal. */
const nothing = "list";

/** What `cowork a` stands for on a terminal, where `a` is a session. It becomes `open` when there is an `open`. */
const sessionName = "connect";

interface Place {
  caller: Caller;
  terminal: Terminal;
  parts: AppParts;
}

/** The whole line that a short one stands for, on a terminal; every other line as it is. */
export async function completeShortLine(argv: readonly string[], place: Place): Promise<readonly string[]> {
  const at = commandIndex(argv);
  const word = argv[at];
  const isWhole =
    word === undefined ? argv.some((one) => ["--", "-h", "--help"].includes(one)) : isKnownWord(word, commands);
  if (isWhole || place.terminal.streams.stdout.isTTY !== true) return argv;
  if (word === undefined) return [nothing, ...argv];
  const line = argv.toSpliced(at, 0, sessionName);
  return place.terminal.canAsk && (await isSession(line, word, place)) ? line : argv;
}

/** Whatever cannot be found out makes it none: then the line is an error of its own. */
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
