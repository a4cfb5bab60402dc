import type { Engine, ImageDetail } from "../../engine/types.ts";
import { imageLabel } from "./image-labels.ts";

/** Docker does not allow more layers, so a longer chain of parents must be a loop. */
const maxParents = 300;

/**
 * Was `image` built on `base`, one of ours? Compares layers, because builders do not always report parents. If only metadata was
 * added, the layers are the same: then the later image with the same labels, which it has inherited, was built on the other.
 */
export function standsOn(image: ImageDetail, base: ImageDetail): boolean {
  if (image.id === base.id || base.layers.length === 0 || base.layers.length > image.layers.length) return false;
  if (image.layers.length === base.layers.length) {
    const inherited = [imageLabel.key, imageLabel.shared].every((name) => image.labels[name] === base.labels[name]);
    if (!inherited || image.createdAt <= base.createdAt) return false;
  }
  return base.layers.every((layer, at) => image.layers[at] === layer);
}

/**
 * Does an untagged image have its labels from another one of ours that it was built on? Labels are inherited, so in that case
 * someone else built it. Leftovers of our own builds have labels that they got themselves.
 * @param ours all images with this home's label
 */
export async function inheritsLabels(
  engine: Pick<Engine, "findImage">,
  image: ImageDetail,
  ours: readonly ImageDetail[],
): Promise<boolean> {
  const home = image.labels[imageLabel.home];
  const key = image.labels[imageLabel.key];
  const gives = (base: ImageDetail): boolean => {
    if (base.labels[imageLabel.home] !== home) return false;
    return base.tags.length > 0 || (key !== undefined && base.labels[imageLabel.key] === key);
  };
  if (ours.some((base) => gives(base) && standsOn(image, base))) return true;
  let at: ImageDetail | undefined = image;
  for (let steps = 0; at !== undefined && at.parentId !== "" && steps < maxParents; steps++) {
    at = await engine.findImage(at.parentId);
    if (at !== undefined && gives(at)) return true;
  }
  return false;
}
