import type { Engine, ImageDetail } from "../../engine/types.ts";
import { imageLabel } from "./image-labels.ts";

/** Docker allows no more layers; what claims to have more parents goes round in circles. */
const mostParents = 300;

/**
 * Was `image` built on `base`, one of ours? By their layers: what a builder tells of parents is not always there. Where nothing but
 * metadata was added, it is the later one with the same labels of ours, which it has inherited.
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
 * Does an image without a name have its labels from another one of ours that it was built on? Then somebody else built it: labels are
 * inherited. What a build of ours leaves behind got them itself.
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
  for (let steps = 0; at !== undefined && at.parentId !== "" && steps < mostParents; steps++) {
    at = await engine.findImage(at.parentId);
    if (at !== undefined && gives(at)) return true;
  }
  return false;
}
