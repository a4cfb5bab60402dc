import { plain } from "../../system/text.ts";
import { findSession, type Place } from "./find-word.ts";
import { commandIndex } from "./parse.ts";
import { isKnownWord } from "./registry-lookup.ts";
import { commands } from "../registry.ts";
import { nearest } from "./suggest.ts";
import { usageError } from "./usage.ts";

/** The command that `cowork` alone runs on a terminal. */
const defaultCommand = "list";

/** The command that `cowork a` runs on a terminal, where `a` is a session. */
const sessionCommand = "open";

/** On a terminal, expands a short command line (`cowork`, `cowork a`). Returns every other line unchanged. */
export async function completeShortLine(argv: readonly string[], place: Place): Promise<readonly string[]> {
  const at = commandIndex(argv);
  const word = argv[at];
  const isWhole =
    word === undefined ? argv.some((one) => ["--", "-h", "--help"].includes(one)) : isKnownWord(word, commands);
  if (isWhole || place.terminal.streams.stdout.isTTY !== true) return argv;
  if (word === undefined) return [defaultCommand, ...argv];
  const line = argv.toSpliced(at, 0, sessionCommand);
  if (!place.terminal.canAsk) return argv;
  const { isSession, near } = await findSession(line, word, place);
  if (isSession) return line;
  // A word that is nearly a command's is reported by the parser.
  const isNearCommand =
    nearest(
      word,
      commands.map(({ name }) => name),
    ) !== undefined;
  if (near === undefined || isNearCommand) return argv;
  throw usageError(
    `${plain(word)} is neither a command nor a session. Did you mean session ${near}?`,
    `cowork open ${near}`,
  );
}
