import type { ContainerSummary, ImageDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { homeLabels } from "../../system/home-id.ts";
import { imageLabel, repositoryOf } from "./image-labels.ts";
import { inheritsLabels, standsOn } from "./image-lineage.ts";

/** An image that cowork has made for more than one session. */
export interface MadeImage {
  ref: string;
  id: string;
  /** undefined if it belongs to no project: base, template, authorities */
  project: string | undefined;
  /** the Compose service that it was built for, if it is not the dev container's */
  service: string | undefined;
  sizeBytes: number;
  createdAt: string;
}

/**
 * Lists the shared images of this home: those of one project, or of all projects and those that belong to the engine as a whole.
 * Labels are inherited by images that someone builds on ours. So the tag has to be ours as well, and an untagged image must have
 * its labels from our own build.
 */
export async function listSharedImages(ctx: Context, options: { project?: string } = {}): Promise<MadeImage[]> {
  const { project } = options;
  const own = await listOwn(ctx, project);
  const common = project === undefined ? await ctx.engine.listImages({ [imageLabel.shared]: undefined }) : [];
  const left = await leftovers(ctx, own);
  return [
    ...own.flatMap((image) =>
      toMade(image, [
        `${repositoryOf({ name: image.labels[imageLabel.project] ?? "" })}:`,
        "cowork-build:",
        "cowork-features:",
      ]),
    ),
    ...left.map((image) => made(image, image.id)),
    ...common
      .filter((image) => image.labels[imageLabel.home] === undefined)
      .flatMap((image) => toMade(image, [`cowork-${image.labels[imageLabel.shared] ?? ""}:`])),
  ];
}

/**
 * Lists the shared images that are not in use by a session on record, by any container of the engine, or by another image. Images
 * of the engine as a whole stay as long as another home uses them.
 * @param used refs or ids that sessions still need, including those whose container was removed
 */
export async function listUnusedImages(
  ctx: Context,
  used: ReadonlySet<string>,
  options: { project?: string } = {},
): Promise<MadeImage[]> {
  const [shared, all, every, failed] = await Promise.all([
    listSharedImages(ctx, options),
    ctx.engine.listImages({}),
    ctx.engine.listContainers({}),
    failedSteps(ctx, options.project),
  ]);
  // These are removed first.
  const containers = every.filter(({ id }) => !failed.some((step) => step.id === id));
  const homes = homeLabels(ctx.paths);
  const isForeign = (labels: Readonly<Record<string, string>>): boolean =>
    labels[imageLabel.home] !== undefined && !homes.includes(labels[imageLabel.home] ?? "");
  const hasOtherHomes = [...all, ...containers].some(({ labels }) => isForeign(labels));
  const inUse = new Set([...used, ...containers.flatMap(({ image, imageId }) => [image, imageId])]);
  const isUsed = ({ ref, id }: MadeImage): boolean => inUse.has(ref) || inUse.has(id);
  const projects = new Set(shared.filter(isUsed).map(({ project }) => project));
  // No record names the images of other services, so they stay as long as something of their project is in use.
  let unused = shared.filter(
    (image) =>
      !isUsed(image) &&
      !(image.service !== undefined && projects.has(image.project)) &&
      !(image.project === undefined && hasOtherHomes),
  );
  const byId = new Map(all.map((image) => [image.id, image]));
  for (;;) {
    const going = new Set(unused.map(({ id }) => id));
    const staying = all.filter(({ id }) => !going.has(id));
    const next = unused.filter(({ id }) => {
      const image = byId.get(id);
      return image === undefined || !staying.some((other) => standsOn(other, image));
    });
    if (next.length === unused.length) return unused;
    unused = next;
  }
}

/**
 * Removes unused shared images and leftovers of failed builds. Images that others are based on are removed last.
 * @returns the images that were removed, or with `dryRun` would be
 */
export async function removeUnusedImages(
  ctx: Context,
  used: ReadonlySet<string>,
  options: { dryRun: boolean; project?: string },
): Promise<MadeImage[]> {
  if (!options.dryRun) await removeFailedSteps(ctx, options.project);
  const unused = await listUnusedImages(ctx, used, options);
  if (options.dryRun) return unused;
  const removed: MadeImage[] = [];
  const order = unused.toSorted((a, b) => Number(a.project === undefined) - Number(b.project === undefined));
  for (const image of order) if (await ctx.engine.removeImage(image.ref)) removed.push(image);
  return removed;
}

/** Removes the classic builder's untagged leftovers: steps that failed, and stages that are not part of the result. */
export async function removeDangling(ctx: Context, project: string): Promise<void> {
  await removeFailedSteps(ctx, project);
  for (const image of await leftovers(ctx, await listOwn(ctx, project))) {
    await ctx.engine.removeImage(image.id).catch((error: unknown) => ctx.log(String(error)));
  }
}

async function removeFailedSteps(ctx: Context, project?: string): Promise<void> {
  for (const { id, name } of await failedSteps(ctx, project)) {
    await ctx.engine.removeContainer(id);
    ctx.log(`removed the container of a failed build step: ${name}`);
  }
}

/** Finds containers of failed build steps. One that is running, or has just succeeded, belongs to a build that is still running. */
async function failedSteps(ctx: Context, project?: string): Promise<ContainerSummary[]> {
  const failed: ContainerSummary[] = [];
  const ours = await listOwn(ctx, project);
  for (const home of homeLabels(ctx.paths)) {
    const labels = { [imageLabel.home]: home, [imageLabel.project]: project };
    for (const one of await ctx.engine.listContainers(labels)) {
      // Sessions, helpers and the login have labels that no build step has.
      if (one.state !== "exited" || ["cowork.session", "cowork.name", "cowork.auth"].some((name) => name in one.labels))
        continue;
      const [detail, image] = await Promise.all([ctx.engine.findContainer(one.id), ctx.engine.findImage(one.imageId)]);
      if (detail === undefined || detail.exitCode === 0 || detail.mounts.length > 0) continue;
      if (image === undefined || image.tags.length > 0 || (await inheritsLabels(ctx.engine, image, ours))) continue;
      failed.push(one);
    }
  }
  return failed;
}

async function listOwn(ctx: Context, project?: string): Promise<ImageDetail[]> {
  const ofProject = project === undefined ? {} : { [imageLabel.project]: project };
  const lists = homeLabels(ctx.paths).map((home) => ctx.engine.listImages({ [imageLabel.home]: home, ...ofProject }));
  return (await Promise.all(lists)).flat();
}

async function leftovers(ctx: Context, own: readonly ImageDetail[]): Promise<ImageDetail[]> {
  const left: ImageDetail[] = [];
  for (const image of own.filter(({ tags }) => tags.length === 0))
    if (!(await inheritsLabels(ctx.engine, image, own))) left.push(image);
  return left;
}

/** Returns nothing if none of its tags is ours. */
function toMade(image: ImageDetail, prefixes: readonly string[]): MadeImage[] {
  const tag = image.tags.find((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  return tag === undefined ? [] : [made(image, tag)];
}

function made({ labels, id, sizeBytes, createdAt }: ImageDetail, ref: string): MadeImage {
  return {
    ref,
    id,
    project: labels[imageLabel.project],
    service: labels[imageLabel.service],
    sizeBytes,
    createdAt,
  };
}
