import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { homeOf, sessionLabels } from "../record/labels.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Removes the folders that the session had in place of folders next to the project. A container's root may own files in them
 * that an ordinary user of the host cannot remove. The containers must be removed before.
 * @returns what was removed, one line each
 * @throws PERMISSION_DENIED when a container could not remove them either
 */
export async function removeBeside(ctx: Context, record: SessionRecord): Promise<string[]> {
  const folder = ctx.paths.beside(record.id);
  const removed = await besideFolders(ctx, record);
  try {
    await removeTree(folder);
  } catch (error) {
    if (toCoworkError(error).code !== "PERMISSION_DENIED") throw error;
    await takeOwnership(ctx, record, folder).catch((failed: unknown) => ctx.log(`${folder}: ${String(failed)}`));
    await removeTree(folder);
  }
  return removed;
}

/** The folders, one line each: `1/data` as the project refers to it, `../data`. */
export async function besideFolders(ctx: Context, record: SessionRecord): Promise<string[]> {
  const folder = ctx.paths.beside(record.id);
  const levels = (await readdir(folder).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(
    levels.map(async (up) => {
      const entries = await readdir(join(folder, up)).catch(() => []);
      return entries.map((name) => `${"../".repeat(Number(up))}${name}`);
    }),
  );
  return names.flat().map((name) => `folder next to the clone: ${plain(name)}`);
}

/** Gives the files to this user. The helper container sees only this folder, which is removed anyway. */
async function takeOwnership(ctx: Context, record: SessionRecord, source: string): Promise<void> {
  const image = record.devcontainer?.image.ref;
  if (image === undefined) return;
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await ctx.engine.runHelper(
    {
      image,
      command: ["chown", "-R", `${uid}:${gid}`, "/beside"],
      user: "0",
      binds: [{ source, target: "/beside" }],
      labels: sessionLabels(record, homeOf(ctx, record)),
    },
    { timeoutMs: 300_000, signal: ctx.signal },
  );
}
