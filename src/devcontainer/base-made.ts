import type { Context } from "../system/context.ts";
import type { BaseImage } from "./base-image.ts";
import { imageLabel } from "./image-labels.ts";

/** A base image that cowork made earlier, the newest. */
export async function findMadeBase(ctx: Context): Promise<BaseImage | undefined> {
  const made = await ctx.engine.listImages({ [imageLabel.shared]: "base" });
  const tagged = made.flatMap((image) =>
    image.tags.filter((tag) => tag.startsWith("cowork-base:")).map((ref) => ({ ref, image })),
  );
  return tagged.toSorted((a, b) => b.image.createdAt.localeCompare(a.image.createdAt))[0];
}
