import { ownCommand } from "../hint.ts";
import { CoworkError } from "../errors.ts";
import { listSharedImages, removeUnusedImages, type MadeImage } from "../devcontainer/shared-images.ts";
import type { Context } from "../system/context.ts";
import { label } from "./labels.ts";
import { readRecords } from "./records.ts";

/**
 * Refs and ids of the images that sessions need: those on record, also where the container is gone and would be made anew,
 * and those of every container of this home. A record that cannot be read may need any image: then `unsure` is true.
 */
export async function usedImages(ctx: Context): Promise<{ used: Set<string>; unsure: boolean }> {
  const [entries, containers] = await Promise.all([
    readRecords(ctx),
    ctx.engine.listContainers({ [label.home]: ctx.paths.homeHash }),
  ]);
  const records = entries.flatMap((entry) => ("record" in entry ? [entry.record] : []));
  const refs = records.flatMap(({ devcontainer }) => (devcontainer === undefined ? [] : [devcontainer.image.ref]));
  return { used: new Set([...refs, ...containers.map(({ image }) => image)]), unsure: records.length < entries.length };
}

/**
 * Removes shared images that no session uses; with `dryRun` only names them. Gives their tags.
 * @throws RECORD_CORRUPT when it cannot be known what is used
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

/** Shared images with whether a session uses them. */
export async function sharedImages(ctx: Context): Promise<(MadeImage & { isUsed: boolean })[]> {
  const [images, { used }] = await Promise.all([listSharedImages(ctx), usedImages(ctx)]);
  return images.map((image) => ({ ...image, isUsed: used.has(image.ref) || used.has(image.id) }));
}
