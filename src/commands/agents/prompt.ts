import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readText } from "node:stream/consumers";
import { CoworkError, toCoworkError, usageError } from "../../errors.ts";
import type { App } from "../process/app.ts";

/** Longer than any sensible task; it also keeps a wrong file from being sent. */
const maxBytes = 4 * 1024 * 1024;

interface Wanted {
  text: string | undefined;
  /** path; `-`: stdin */
  file: string | undefined;
  /** the command, for messages */
  usage: string;
}

/**
 * The text for the agent: the argument, the file, stdin, or what the user writes in $EDITOR.
 * @throws USAGE without any of these, FILE_TOO_LARGE, PERMISSION_DENIED
 */
export async function readPrompt(app: App, { text, file, usage }: Wanted): Promise<string> {
  if (text !== undefined && file !== undefined) throw usageError("Give the text or --file, not both.", usage);
  if (text !== undefined) return text;
  if (file === "-") return checked(await readText(app.caller.streams.stdin));
  if (file !== undefined) return checked(await fromFile(resolve(app.caller.cwd(), file)));
  if (!app.terminal.canAsk || app.globals.json) throw usageError("The text for the agent is missing.", usage);
  const { readFromEditor } = await import("./editor.ts");
  return checked(await readFromEditor(app, usage));
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw toCoworkError(error);
  }
}

function checked(text: string): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  throw new CoworkError("FILE_TOO_LARGE", `The text for the agent is larger than ${maxBytes / 1024 / 1024} MiB.`);
}
