import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { type Hint, ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { writeFileAtomic } from "../../system/files/files.ts";
import { cliError, type Translate } from "../cli/cli-error.ts";
import { runCli } from "../cli/cli.ts";
import { dockerfileTranslation } from "./dockerfile-lines.ts";
import { labelLines, rewriteDockerfile } from "./dockerfile-rewrite.ts";
import { lockfilePath, type ImageInputs } from "./image-key.ts";
import { isObject } from "../source/json.ts";
import { buildOptions, imageConfig, localFeatures, type ImageRequest } from "./image-request.ts";
import { imageLabel } from "./image-labels.ts";
import { hostProxies } from "./proxies.ts";
import type { JsonObject } from "../types.ts";
import { homeId } from "../../system/home-id.ts";

/** Marks the metadata entry of the configuration itself, to tell it apart from the entries of images and features. */
export const ownEntry = { cowork: { own: true } } as const;

export interface BuildWork {
  key: string;
  inputs: ImageInputs;
  authorityImage: string | undefined;
  /** USER of each external image that the engine has */
  users: ReadonlyMap<string, string>;
  /** tag of the result */
  tag: string;
}

/**
 * Runs `devcontainer build` in a temporary folder with an export of the context, the Dockerfile with our lines, and a
 * devcontainer.json that is reduced to what an image depends on. The folder is always removed afterwards.
 * @throws IMAGE_BUILD_FAILED, DISK_FULL, INTERRUPTED
 */
export async function buildOrigin(ctx: Context, request: ImageRequest, work: BuildWork): Promise<void> {
  const root = ctx.paths.image(work.key);
  await rm(root, { recursive: true, force: true });
  try {
    const folder = join(root, "config", request.project.folder);
    const configPath = await writeBuildFolder(ctx, request, work, { root, folder });
    const report = (detail: string): void =>
      ctx.report({ session: request.session ?? "", step: "image", state: "note", detail });
    const outcome = await runCli(ctx, {
      args: [
        "build",
        "--workspace-folder",
        folder,
        "--config",
        configPath,
        "--image-name",
        work.tag,
        ...(request.plan.hasLockfile ? [] : ["--no-lockfile"]),
      ],
      cwd: root,
      logFile: buildLog(ctx, request, work.key),
      onDetail: report,
      offline: Object.keys(isObject(request.plan.config["features"]) ? request.plan.config["features"] : {}).every(
        (id) => /^\.\.?\//.test(id),
      ),
      features: { tag: featureTag(work.key), lines: labelLines(stageLabels(ctx, request)) },
    });
    if (!outcome.ok) {
      const hint = buildHint(request);
      throw cliError(
        "IMAGE_BUILD_FAILED",
        `Could not build the dev container's image for ${request.project.name}`,
        outcome,
        hint,
        translation(ctx, request, work),
      );
    }
  } finally {
    await rm(root, { recursive: true, force: true });
    await ctx.engine.removeImage(featureTag(work.key)).catch((error: unknown) => ctx.log(String(error)));
  }
}

export function buildLog(ctx: Context, { logFile }: Pick<ImageRequest, "logFile">, key: string): string {
  return logFile ?? join(ctx.paths.commandLogs, `image-${key}.log`);
}

export function buildHint({ logFile, session }: Pick<ImageRequest, "logFile" | "session">): Hint {
  if (logFile !== undefined && session !== undefined) return [ownCommand("logs", session)];
  return "fix the configuration, then run the same command again";
}

function featureTag(key: string): string {
  return `cowork-features:${key}`;
}

/**
 * Labels for everything that a build makes, so that its leftovers can be recognized as ours. They are the same for all builds of a
 * project, so that these share a cache.
 */
export function stageLabels(ctx: Context, { project }: Pick<ImageRequest, "project">): Record<string, string> {
  return { [imageLabel.project]: project.name, [imageLabel.home]: homeId(ctx.paths) };
}

/** Writes the export of the context and the Dockerfile with our lines into an empty folder. */
export async function writeContext(
  ctx: Context,
  request: Pick<ImageRequest, "source" | "project">,
  work: BuildWork,
  root: string,
): Promise<{ context: string; dockerfile: string }> {
  const { origin } = work.inputs;
  const context = join(root, "context");
  await mkdir(context, { recursive: true, mode: 0o700 });
  if (origin.kind === "dockerfile") await request.source.exportTo(origin.build.context, context);
  const dockerfile = join(root, "Dockerfile");
  await writeFileAtomic(dockerfile, rewritten(ctx, request, work));
  await copyIgnoreFile(request, work, root);
  return { context, dockerfile };
}

function rewritten(ctx: Context, request: Pick<ImageRequest, "project">, work: BuildWork): string {
  const { authorityImage, users } = work;
  const { dockerfile, outline } = work.inputs;
  return rewriteDockerfile(dockerfile, outline, { authorityImage, users, labels: stageLabels(ctx, request) });
}

/** Translates line numbers in a builder's messages to those of the project's own Dockerfile. */
export function translation(ctx: Context, request: Pick<ImageRequest, "project">, work: BuildWork): Translate {
  return dockerfileTranslation(work.inputs.dockerfile, rewritten(ctx, request, work));
}

async function writeBuildFolder(
  ctx: Context,
  request: ImageRequest,
  work: BuildWork,
  { root, folder }: { root: string; folder: string },
): Promise<string> {
  const { plan, source } = request;
  const { context, dockerfile } = await writeContext(ctx, request, work, root);
  const configPath = join(folder, plan.path ?? ".devcontainer/devcontainer.json");
  const config: JsonObject = {
    ...imageConfig(plan),
    build: { dockerfile, context, ...buildSection(ctx, request, work) },
    customizations: ownEntry,
  };
  await mkdir(dirname(configPath), { recursive: true, mode: 0o700 });
  for (const path of localFeatures(plan)) {
    const target = join(folder, path);
    if (!target.startsWith(`${folder}/`)) throw outside(path);
    await mkdir(target, { recursive: true });
    await source.exportTo(path, target);
  }
  if (plan.hasLockfile) {
    const lock = lockfilePath(plan.path);
    const bytes = await source.read(lock);
    if (bytes !== undefined) await writeFileAtomic(join(folder, lock), bytes);
  }
  await writeFileAtomic(configPath, `${JSON.stringify(config, null, 2)}\n`);
  return configPath;
}

function outside(path: string): CoworkError {
  return new CoworkError("DEVCONTAINER_INVALID", `The feature ${path} is outside the project.`);
}

/** BuildKit prefers an ignore file that is named after the Dockerfile. */
async function copyIgnoreFile(
  { source }: Pick<ImageRequest, "source">,
  { inputs: { origin } }: BuildWork,
  root: string,
): Promise<void> {
  if (origin.kind !== "dockerfile" || origin.build.inline !== undefined) return;
  const ignore = await source.read(`${origin.build.dockerfile}.dockerignore`);
  if (ignore !== undefined) await writeFileAtomic(join(root, "Dockerfile.dockerignore"), ignore);
}

function buildSection(ctx: Context, { plan }: ImageRequest, { inputs: { origin } }: BuildWork): JsonObject {
  const own = buildOptions(plan);
  // Without values: the builder takes them from its environment, so that a proxy's password is not in files or logs.
  const proxies = Object.keys(hostProxies(ctx.env)).flatMap((name) => ["--build-arg", name]);
  const options = [...proxies, ...(Array.isArray(own["options"]) ? own["options"] : [])];
  return {
    ...own,
    ...(options.length === 0 ? {} : { options }),
    ...(origin.kind === "dockerfile" && origin.build.target !== undefined ? { target: origin.build.target } : {}),
    ...(origin.kind === "dockerfile" && Object.keys(origin.args).length > 0 ? { args: origin.args } : {}),
  };
}
