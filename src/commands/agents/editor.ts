import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usageError } from "../../errors.ts";
import type { App } from "../process/app.ts";

/**
 * What the user writes in $VISUAL, else $EDITOR, as git reads it: a shell runs it, because it may have arguments.
 * @param usage the command, for the error
 * @throws USAGE without an editor, for an empty text, or if the editor fails
 */
export async function readFromEditor({ caller, terminal }: App, usage: string): Promise<string> {
  const editor = caller.env["VISUAL"] || caller.env["EDITOR"];
  if (editor === undefined || editor === "") throw usageError("The text is missing, and $EDITOR is not set.", usage);
  const folder = await mkdtemp(join(tmpdir(), "cowork-"));
  try {
    const path = join(folder, "TASK.md");
    await writeFile(path, "", { mode: 0o600 });
    terminal.err("Waiting for your editor to close the file…");
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit", env: caller.env });
    const [code] = (await once(child, "exit")) as [number | null];
    const written = await readFile(path, "utf8");
    if (code === 0 && written.trim() !== "") return written;
    throw usageError("The text is empty: nothing was done.", usage);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
