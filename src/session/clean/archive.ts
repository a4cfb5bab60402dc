import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { findAgent } from "../../agent/catalog.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, lookIfOpen, pathExists } from "../../system/files/files.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Moves what a session leaves besides its clone to `archive/{id}-{time}/`: conversations with the agent, runs and history. Whole
 * folders and files are renamed; none that the container can write to is opened.
 * @returns where they are now; undefined if there were none
 */
export async function archiveWork(ctx: Context, record: SessionRecord): Promise<string | undefined> {
  const { paths } = ctx;
  const conversations = paths.agentState(record.id, record.agent);
  // The container can write here: no link is followed, and the folder, which may have any number of entries, is not listed.
  // What cannot be looked at has nothing to keep: it is removed with the rest.
  const known = findAgent(record.agent)?.conversations ?? [];
  const hasTalked = known.some((name) => lookIfOpen(join(conversations, name))?.isDirectory());
  const hasRuns = await pathExists(paths.runs(record.id));
  if (!hasTalked && !hasRuns) return undefined;
  const time = ctx.clock.now().toISOString().replaceAll(":", "-");
  const folder = join(paths.archive, `${record.id}-${time}`);
  await ensureFolder(folder, { mode: 0o700 });
  const own = [paths.runs(record.id), paths.eventLog(record.id), paths.journal(record.id)];
  for (const from of hasTalked ? [conversations, ...own] : own)
    if (await pathExists(from)) await rename(from, join(folder, basename(from)));
  return folder;
}
