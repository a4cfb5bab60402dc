import type { Context } from "../../system/context.ts";
import type { BaseImage } from "../types.ts";
import { imageLabel } from "../image/image-labels.ts";

/** A base image that cowork made earlier, the newest. */
export async function findMadeBase(ctx: Context): Promise<BaseImage | undefined> {
  const made = await ctx.engine.listImages({ [imageLabel.shared]: "base" });
  // Labels are inherited: an image that a project built on it has them too, and its own.
  const own = made.filter(({ labels }) => labels[imageLabel.home] === undefined);
  const tagged = own.flatMap((image) =>
    image.tags.filter((tag) => tag.startsWith("cowork-base:")).map((ref) => ({ ref, image })),
  );
  return tagged.toSorted((a, b) => b.image.createdAt.localeCompare(a.image.createdAt))[0];
}
