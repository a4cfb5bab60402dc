import { resolve } from "node:path";
import { usageError } from "../../errors.ts";
import type { App } from "../process/app.ts";
import { maxBytes, readBounded, readTextOf, tooLarge } from "./read-text.ts";

interface Wanted {
  text: string | undefined;
  /** path; `-`: stdin */
  file: string | undefined;
  /** the command, for messages */
  usage: string;
}

/**
 * The text for the agent: the argument, the file, stdin, or what the user writes in $EDITOR.
 * @throws USAGE without any of these, FILE_NOT_FOUND, FILE_TOO_LARGE, PERMISSION_DENIED
 */
export async function readPrompt(app: App, { text, file, usage }: Wanted): Promise<string> {
  if (text !== undefined && file !== undefined) throw usageError("Give the text or --file, not both.", usage);
  if (text !== undefined) return text;
  if (file === "-") return await readBounded(app.caller.streams.stdin);
  if (file !== undefined) return await readTextOf(resolve(app.caller.cwd(), file));
  if (!app.terminal.canAsk || app.globals.json) throw usageError("The text for the agent is missing.", usage);
  const { readFromEditor } = await import("./editor.ts");
  return checked(await readFromEditor(app, usage));
}

function checked(text: string): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  throw tooLarge();
}
