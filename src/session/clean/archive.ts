import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Moves a session's conversations to `archive/{id}-{time}/` by renaming the whole folder; no file in it is opened.
 * @returns where they are now; undefined if there were none
 */
export async function archiveTranscripts(ctx: Context, record: SessionRecord): Promise<string | undefined> {
  const from = ctx.paths.agentState(record.id, record.agent);
  // The container can write here, so a link must not be followed: only the entry itself is inspected.
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  if (!entries.some((entry) => entry.name === "projects" && entry.isDirectory())) return undefined;
  const time = ctx.clock.now().toISOString().replaceAll(":", "-");
  const folder = join(ctx.paths.archive, `${record.id}-${time}`);
  await ensureFolder(folder, { mode: 0o700 });
  await rename(from, join(folder, record.agent));
  return folder;
}
