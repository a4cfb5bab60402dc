import type { Context } from "../../system/context.ts";
import type { BaseImage } from "../types.ts";
import { imageLabel } from "../image/image-labels.ts";

/** Returns the newest base image that cowork has made. */
export async function findMadeBase(ctx: Context): Promise<BaseImage | undefined> {
  const made = await ctx.engine.listImages({ [imageLabel.shared]: "base" });
  // Images inherit labels: an image that a project built on ours has ours as well as its own.
  const own = made.filter(({ labels }) => labels[imageLabel.home] === undefined);
  const tagged = own.flatMap((image) =>
    image.tags.filter((tag) => tag.startsWith("cowork-base:")).map((ref) => ({ ref, image })),
  );
  return tagged.toSorted((a, b) => b.image.createdAt.localeCompare(a.image.createdAt))[0];
}
