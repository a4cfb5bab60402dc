import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Moves a session's conversations to `archive/{id}-{time}/`: one rename of the whole folder, nothing in it is opened.
 * @returns where they are now; undefined when there was none
 */
export async function archiveTranscripts(ctx: Context, record: SessionRecord): Promise<string | undefined> {
  const from = ctx.paths.agentState(record.id, record.agent);
  // The container can write here: the entry is looked at, never followed.
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  if (!entries.some((entry) => entry.name === "projects" && entry.isDirectory())) return undefined;
  const time = ctx.clock.now().toISOString().replaceAll(":", "-");
  const folder = join(ctx.paths.archive, `${record.id}-${time}`);
  await ensureFolder(folder, { mode: 0o700 });
  await rename(from, join(folder, record.agent));
  return folder;
}
