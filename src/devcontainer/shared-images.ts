import type { ImageDetail } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { imageLabel } from "./image-labels.ts";

/** An image that cowork made for more than one session. */
export interface MadeImage {
  ref: string;
  id: string;
  /** absent for what belongs to no project: base, template, authorities */
  project: string | undefined;
  /** the Compose service that it was built for, where that is not the dev container's own */
  service: string | undefined;
  sizeBytes: number;
  createdAt: string;
}

/** The shared images of this home, of one project or all, and with `all` also those that belong to the engine as a whole. */
export async function listSharedImages(ctx: Context, options: { project?: string } = {}): Promise<MadeImage[]> {
  const home = {
    [imageLabel.home]: ctx.paths.homeHash,
    ...(options.project === undefined ? {} : { [imageLabel.project]: options.project }),
  };
  const own = await ctx.engine.listImages(home);
  const common = options.project === undefined ? await ctx.engine.listImages({ [imageLabel.shared]: undefined }) : [];
  return [...own, ...common].map(toMade);
}

/**
 * Removes shared images that no session uses, leftovers of builds included; the ones that everything else stands on last.
 * @param used refs or ids that sessions still need (also those whose container is gone)
 * @returns what was removed, or with `dryRun` would be
 */
export async function removeUnusedImages(
  ctx: Context,
  used: ReadonlySet<string>,
  options: { dryRun: boolean; project?: string },
): Promise<MadeImage[]> {
  const all = await listSharedImages(ctx, options);
  const isUsed = ({ ref, id }: MadeImage): boolean => used.has(ref) || used.has(id);
  const projects = new Set(all.filter(isUsed).map(({ project }) => project));
  // What other services run on is in no record: it stays as long as anything of its project is needed.
  const unused = all.filter((image) => !isUsed(image) && !(image.service !== undefined && projects.has(image.project)));
  if (options.dryRun) return unused;
  const removed: MadeImage[] = [];
  const order = unused.toSorted((a, b) => Number(a.project === undefined) - Number(b.project === undefined));
  for (const image of order) if (await ctx.engine.removeImage(image.ref)) removed.push(image);
  return removed;
}

/** What the classic builder leaves without a name: stages of a build that are no part of what came out. */
export async function removeDangling(ctx: Context, project: string): Promise<void> {
  const left = await ctx.engine.listImages({ [imageLabel.home]: ctx.paths.homeHash, [imageLabel.project]: project });
  for (const image of left.filter(({ tags }) => tags.length === 0)) {
    await ctx.engine.removeImage(image.id).catch((error: unknown) => ctx.log(String(error)));
  }
}

function toMade(image: ImageDetail): MadeImage {
  return {
    ref: image.tags[0] ?? image.id,
    id: image.id,
    project: image.labels[imageLabel.project],
    service: image.labels[imageLabel.service],
    sizeBytes: image.sizeBytes,
    createdAt: image.createdAt,
  };
}
