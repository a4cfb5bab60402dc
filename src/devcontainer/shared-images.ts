import type { ImageDetail } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { imageLabel, repositoryOf } from "./image-labels.ts";
import { homeId } from "../system/home-id.ts";

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

/**
 * The shared images of this home, of one project or all, and without a project also those that belong to the engine as a whole.
 * Labels are inherited: an image that somebody built on one of ours has them too. So the tag has to be ours as well.
 */
export async function listSharedImages(ctx: Context, options: { project?: string } = {}): Promise<MadeImage[]> {
  const { project } = options;
  const ofProject = project === undefined ? {} : { [imageLabel.project]: project };
  const own = await ctx.engine.listImages({ [imageLabel.home]: homeId(ctx.paths), ...ofProject });
  const common = project === undefined ? await ctx.engine.listImages({ [imageLabel.shared]: undefined }) : [];
  return [
    ...own.flatMap((image) =>
      toMade(image, [
        `${repositoryOf({ name: image.labels[imageLabel.project] ?? "" })}:`,
        "cowork-build:",
        "cowork-features:",
      ]),
    ),
    ...common
      .filter((image) => image.labels[imageLabel.home] === undefined)
      .flatMap((image) => toMade(image, [`cowork-${image.labels[imageLabel.shared] ?? ""}:`])),
  ];
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
  const left = await ctx.engine.listImages({ [imageLabel.home]: homeId(ctx.paths), [imageLabel.project]: project });
  for (const image of left.filter(({ tags }) => tags.length === 0)) {
    await ctx.engine.removeImage(image.id).catch((error: unknown) => ctx.log(String(error)));
  }
}

/** Nothing where the image has tags and none of them is ours; without any it is a stage that a build left behind. */
function toMade(image: ImageDetail, prefixes: readonly string[]): MadeImage[] {
  const tag = image.tags.find((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  if (tag === undefined && image.tags.length > 0) return [];
  const { labels, id, sizeBytes, createdAt } = image;
  return [
    {
      ref: tag ?? id,
      id,
      project: labels[imageLabel.project],
      service: labels[imageLabel.service],
      sizeBytes,
      createdAt,
    },
  ];
}
