import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
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
  return await fromEditor(app, usage);
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

/** As git does: $VISUAL, else $EDITOR, run by a shell, because it may have arguments. */
async function fromEditor({ caller, terminal }: App, usage: string): Promise<string> {
  const editor = caller.env["VISUAL"] || caller.env["EDITOR"];
  if (editor === undefined || editor === "") throw usageError("The text is missing, and $EDITOR is not set.", usage);
  const folder = await mkdtemp(join(tmpdir(), "cowork-"));
  try {
    const path = join(folder, "TASK.md");
    await writeFile(path, "", { mode: 0o600 });
    terminal.err("Waiting for your editor to close the file…");
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit", env: caller.env });
    const [code] = (await once(child, "exit")) as [number | null];
    const written = checked(await fromFile(path));
    if (code === 0 && written.trim() !== "") return written;
    throw usageError("The text is empty: nothing was done.", usage);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
