import { ownCommand } from "../hint.ts";
import { CoworkError } from "../errors.ts";
import { listSharedImages, listUnusedImages, removeUnusedImages } from "../devcontainer/image/shared-images.ts";
import type { Context } from "../system/context.ts";
import { readRecords } from "./record/records.ts";

/**
 * References of the images that sessions on record need, including those whose container is gone and would be created again.
 * A record that cannot be read may need any image: then `unsure` is true.
 */
export async function usedImages(ctx: Context): Promise<{ used: Set<string>; unsure: boolean }> {
  const entries = await readRecords(ctx);
  const records = entries.flatMap((entry) => ("record" in entry ? [entry.record] : []));
  const refs = records.flatMap(({ devcontainer }) => (devcontainer === undefined ? [] : [devcontainer.image.ref]));
  return { used: new Set(refs), unsure: records.length < entries.length };
}

/**
 * Removes shared images that no session uses and returns their tags; with `dryRun` only returns them.
 * @throws RECORD_CORRUPT when an unreadable record makes it unknown what is used
 */
export async function cleanImages(ctx: Context, options: { dryRun: boolean; project?: string }): Promise<string[]> {
  const { used, unsure } = await usedImages(ctx);
  if (unsure) {
    throw new CoworkError(
      "RECORD_CORRUPT",
      "No image was removed: a session's record cannot be read, and it may need one.",
      {
        hint: [ownCommand("doctor", "--fix")],
      },
    );
  }
  return (await removeUnusedImages(ctx, used, options)).map(({ ref }) => ref);
}

/**
 * Counts the images of this home's projects, those that all cowork homes of the engine share (base images), and how many of both
 * `clean --images` would remove.
 */
export async function countImages(ctx: Context): Promise<{ own: number; common: number; unused: number }> {
  const { used, unsure } = await usedImages(ctx);
  const [all, unused] = await Promise.all([listSharedImages(ctx), listUnusedImages(ctx, used)]);
  const own = all.filter(({ project }) => project !== undefined).length;
  return { own, common: all.length - own, unused: unsure ? 0 : unused.length };
}
