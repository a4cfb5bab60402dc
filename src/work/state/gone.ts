import type { Context, FilesContext } from "../../system/context.ts";
import { recall } from "../../system/files/file-memory.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { readSmallFile } from "../../system/files/small-file.ts";

// Programs of the agent that were found to have ended without saying so, `PID STARTTICKS` each. Their own files stay and say that
// they work; with this, `list` knows better without looking at processes.

const maxGone = 100;

/** Empty if there are none. */
export function readGone({ paths, memory }: FilesContext, id: string): ReadonlySet<string> {
  const path = paths.gone(id);
  const bytes = recall(memory, path, () => readSmallFile(path, { maxBytes: 64 * 1024 }));
  return new Set(bytes?.toString("utf8").split("\n").filter(Boolean));
}

export async function writeGone(ctx: Pick<Context, "paths">, id: string, gone: readonly string[]): Promise<void> {
  await ensureFolder(ctx.paths.state(id), { mode: 0o700 });
  await writeFileAtomic(ctx.paths.gone(id), `${gone.slice(-maxGone).join("\n")}\n`, { mode: 0o600 });
}
