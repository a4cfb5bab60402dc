import { ownCommand, type OwnCommand } from "../../hint.ts";
import { withNearSession } from "../../app/find/near-session.ts";
import { CoworkError } from "../../errors.ts";
import type { App } from "../process/app.ts";
import type { Command } from "../line/command.ts";
import { commandIndex } from "../line/parse.ts";
import { nextFrom } from "./next-from.ts";

interface Failed {
  app: App;
  command: Command;
  args: readonly string[];
  /** the command line */
  line: readonly string[];
}

/** Adds a suggestion for a mistyped session name, and `cd` for a session of another folder's project. */
export async function withNextStep(error: unknown, { app, command, args, line }: Failed): Promise<unknown> {
  if (!(error instanceof CoworkError)) return error;
  const [first] = command.positionals;
  if (!isUnknownSession(error) || first?.complete !== "session") return nextFrom(app.visited(), error);
  const words = first.many === true ? args : args.slice(0, 1);
  const again = (word: string, meant: string): OwnCommand => ownCommand(command.name, ...wordsAgain(line, word, meant));
  const near = await withNearSession(await app.scope(), error, { verb: command.name, words, again });
  return nextFrom(app.visited(), near);
}

/** What may be an approval as well was looked for as both. */
function isUnknownSession({ code, cause }: CoworkError): boolean {
  if (code === "APPROVAL_NOT_FOUND") return cause instanceof CoworkError && isUnknownSession(cause);
  return code === "SESSION_NOT_FOUND";
}

/** Longer ones are no help in a message. */
const longest = 200;

/** What a person must have decided for this very session. */
const decided = ["--force", "--trust"];

/** The words after the command, with the name that was meant: else an option or a text would be missing in the next step. */
function wordsAgain(line: readonly string[], word: string, meant: string): string[] {
  const words = line.toSpliced(commandIndex(line), 1).filter((one) => !decided.includes(one));
  const at = words.indexOf(word);
  const all = at < 0 ? [meant] : words.with(at, meant);
  return all.join(" ").length > longest || all.some((one) => /[^ -~]/.test(one)) ? [meant] : [...all];
}
