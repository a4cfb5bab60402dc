import type { ImageDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { hostAuthorities } from "./authorities.ts";
import { ensureAuthorityImage } from "./authority-image.ts";
import { buildOrigin } from "./image-build.ts";
import { commonParts, hashOf, linkPath, readInputs, type ImageInputs } from "./image-key.ts";
import { fetchBases, findBases } from "./image-bases.ts";
import { imageLabel, repositoryOf } from "./image-labels.ts";
import { buildLayer, layerMetadata, readMetadata, resolveUser, wantedUser } from "./image-layer.ts";
import { expandLocalEnv } from "../source/local-env.ts";
import { userPlace } from "./image-user.ts";
import { isObject } from "../source/json.ts";
import { imageConfig, originOf, type ImageRequest } from "./image-request.ts";
import { ensureLocal } from "./fetch-image.ts";
import { ensureServiceImages } from "./service-images.ts";
import { removeDangling } from "./shared-images.ts";
import { ensureTemplateImage } from "./template-image.ts";
import type { SharedImage } from "../types.ts";
import { homeId, homeLabels } from "../../system/home-id.ts";

/** An hour, because another process may be building the same image. */
const waitMs = 3_600_000;

/**
 * Returns the image that all sessions of a project with the same configuration share. It is built once, and named by a hash of what
 * it depends on. If it exists, nothing is built.
 * @throws IMAGE_BUILD_FAILED, BASE_IMAGE_UNAVAILABLE, DEVCONTAINER_INVALID, CA_CERTS_INVALID, DISK_FULL, INTERRUPTED
 */
export async function ensureImage(ctx: Context, request: ImageRequest): Promise<SharedImage> {
  const pem = await hostAuthorities(ctx, request.settings.caCerts);
  const origin = originOf(request, ctx.env);
  if (origin.kind === "template") return ensureOnTemplate(ctx, request, pem);
  const image = await ensureBuilt(ctx, request, origin, pem);
  return request.plan.compose === undefined
    ? image
    : { ...image, services: await ensureServiceImages(ctx, request, pem) };
}

async function ensureOnTemplate(ctx: Context, request: ImageRequest, pem: string | undefined): Promise<SharedImage> {
  const template = await ensureTemplateImage(ctx, request.settings, request.session);
  const inputs = hashOf(["template", imageConfig(request.plan), commonParts(ctx, request, pem)]);
  const key = hashOf([inputs, template.image.id]);
  return once(ctx, request, key, (inner) =>
    addLayer(inner, request, { key, inputs, from: template.ref, image: template.image, authorityImage: undefined }),
  );
}

async function ensureBuilt(
  ctx: Context,
  request: ImageRequest,
  origin: ImageInputs["origin"],
  pem: string | undefined,
): Promise<SharedImage> {
  const inputs = await readInputs(ctx, request, origin, pem);
  const here = await findBases(ctx, inputs);
  // The base images may have been removed since. That alone is not a reason to pull them and build again.
  const earlier = here.missing.length > 0 ? await findByInputs(ctx, request, inputs.hash) : undefined;
  if (earlier !== undefined) return earlier;

  const { key, found, names } = await fetchBases(ctx, inputs, here, request.session);
  return once(ctx, request, key, async (inner) => {
    const authorityImage = pem === undefined ? undefined : await ensureAuthorityImage(inner, pem);
    // Nothing to build: our step goes on the image itself. Projects on one base share its steps in the builder's cache.
    if (isImageAlone(request, origin)) {
      const { image: from } = origin;
      const image = found.get(from);
      // One that could not be fetched is left to the builder, which says best why.
      if (image !== undefined)
        return await addLayer(inner, request, { key, inputs: inputs.hash, from, image, authorityImage });
    }
    const users = new Map([...found].map(([name, image]) => [name, image.user]));
    const tag = `cowork-build:${key}`;
    try {
      await buildOrigin(inner, request, { key, inputs, authorityImage, users, tag });
      const image = await ensureLocal(inner, tag);
      return await addLayer(inner, request, { key, inputs: inputs.hash, from: tag, image, authorityImage });
    } finally {
      await ctx.engine.removeImage(tag).catch((error: unknown) => ctx.log(String(error)));
      if (names.length === 1) await removeDangling(ctx, request.project.name);
    }
  });
}

/**
 * An image that is used as it is, without features. `devcontainer build` would only add the configuration's own entry to the
 * image's label, and `up` reads that from the configuration.
 */
function isImageAlone(
  { plan }: ImageRequest,
  origin: ImageInputs["origin"],
): origin is Extract<ImageInputs["origin"], { kind: "image" }> {
  const { features } = imageConfig(plan);
  return origin.kind === "image" && (!isObject(features) || Object.keys(features).length === 0);
}

function tagOf(project: { name: string }, key: string): string {
  return `${repositoryOf(project)}:${key}`;
}

/** Checks for the image, waits for another process that is building it, checks again, and builds it. */
async function once(
  ctx: Context,
  request: ImageRequest,
  key: string,
  build: (inner: Context) => Promise<ImageDetail>,
): Promise<SharedImage> {
  const tag = tagOf(request.project, key);
  const image = await ctx.engine.findImage(tag);
  if (image !== undefined) return describe(tag, key, image);
  const session = request.session ?? "";
  const onWait = (): void =>
    ctx.report({
      session,
      step: "image",
      state: "note",
      detail: "waiting for an image of this project that is being built",
    });
  // Only one build per project at a time: otherwise the leftovers of one could not be distinguished from steps that another is still
  // using.
  return withLock(
    ctx,
    `image-build-${request.project.name}`,
    { waitMs, onWait, what: `image ${tag}` },
    async (signal) => {
      const meanwhile = await ctx.engine.findImage(tag);
      return describe(tag, key, meanwhile ?? (await build({ ...ctx, signal })));
    },
  );
}

async function addLayer(
  ctx: Context,
  request: ImageRequest,
  work: { key: string; inputs: string; from: string; image: ImageDetail; authorityImage: string | undefined },
): Promise<ImageDetail> {
  const { project, plan } = request;
  const metadata = layerMetadata(readMetadata(work.image));
  const wanted = expandLocalEnv(wantedUser(imageConfig(plan), metadata, work.image.user), ctx.env);
  const labels = { [imageLabel.project]: project.name, [imageLabel.home]: homeId(ctx.paths) };
  const passwd = async (): Promise<string> => {
    const helper = { image: work.from, command: ["cat", "/etc/passwd"] as const, user: "0", labels };
    return (await ctx.engine.runHelper(helper, { signal: ctx.signal })).stdout;
  };
  const user = await resolveUser(wanted, ctx.user.sessionUid, passwd);
  const { from, image, authorityImage } = work;
  return buildLayer(
    ctx,
    { from, image, user, userPlace: userPlace(plan, metadata), link: linkPath({ project, plan }), authorityImage },
    {
      tag: tagOf(project, work.key),
      project: project.name,
      labels: {
        ...labels,
        [imageLabel.key]: work.key,
        [imageLabel.inputs]: work.inputs,
        [imageLabel.user]: user.name,
        [imageLabel.uid]: String(user.uid),
      },
      metadata,
    },
  );
}

async function findByInputs(ctx: Context, { project }: ImageRequest, inputs: string): Promise<SharedImage | undefined> {
  const found = await ctx.engine.listImages({
    [imageLabel.home]: undefined,
    [imageLabel.project]: project.name,
    [imageLabel.inputs]: inputs,
  });
  const homes = homeLabels(ctx.paths);
  const ours = found.filter(({ labels }) => homes.includes(labels[imageLabel.home] ?? ""));
  // An image that someone builds on it inherits the labels. The tag shows that this is the original.
  const tagged = ours.flatMap((image) =>
    image.tags.map((tag) => ({ tag, image, key: image.labels[imageLabel.key] ?? "" })),
  );
  const [newest] = tagged
    .filter(({ tag, key }) => tag === tagOf(project, key))
    .toSorted((a, b) => b.image.createdAt.localeCompare(a.image.createdAt));
  return newest === undefined ? undefined : describe(newest.tag, newest.key, newest.image);
}

function describe(ref: string, key: string, image: ImageDetail): SharedImage {
  return {
    ref,
    key,
    metadata: readMetadata(image),
    remoteUser: image.labels[imageLabel.user] ?? "root",
    remoteUid: Number(image.labels[imageLabel.uid] ?? 0),
    env: image.env,
  };
}
