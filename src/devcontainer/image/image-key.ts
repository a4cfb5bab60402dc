import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Context } from "../../system/context.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { cloneName } from "../compose/tree-root.ts";
import { outlineDockerfile, type DockerfileOutline } from "./dockerfile.ts";
import { buildOptions, imageConfig, localFeatures, type ImageRequest, type Origin } from "./image-request.ts";
import { localEnvOf } from "../source/local-env.ts";
import type { Json } from "../types.ts";
import { planWorkspace, withFolderName } from "../override/workspace.ts";

/** To be changed whenever cowork would build a different image from the same inputs. */
const recipe = "2";

/** Everything that a shared image depends on, except its base images. */
export interface ImageInputs {
  origin: Exclude<Origin, { kind: "template" }>;
  /** the Dockerfile without cowork's lines; a single FROM for a configuration that only names an image */
  dockerfile: string;
  outline: DockerfileOutline;
  /** hash of the context and everything else */
  hash: string;
}

/**
 * Reads from the source what an image is made of, and hashes it.
 * @throws DEVCONTAINER_INVALID if the Dockerfile does not exist or has no FROM
 */
export async function readInputs(
  ctx: Context,
  request: ImageRequest,
  origin: ImageInputs["origin"],
  pem: string | undefined,
): Promise<ImageInputs> {
  const { plan, source } = request;
  const dockerfile =
    origin.kind === "image"
      ? `FROM ${origin.image}\n`
      : await readDockerfile(request, origin.build.dockerfile, origin.build.inline);
  const outline = await outlineDockerfile(dockerfile, {
    ...(origin.kind === "dockerfile" ? { args: origin.args } : {}),
    ...(origin.kind === "dockerfile" && origin.build.target !== undefined ? { target: origin.build.target } : {}),
    predefined: await platformArgs(ctx),
  });
  const config = imageConfig(plan);
  const options = buildOptions(plan);
  const lockfile = plan.hasLockfile ? await source.hash(lockfilePath(plan.path)) : "";
  const features = await Promise.all(localFeatures(plan).map(async (path) => [path, await source.hash(path)]));
  const context = origin.kind === "dockerfile" ? await source.hash(origin.build.context) : "";
  const target = origin.kind === "dockerfile" ? (origin.build.target ?? "") : "";
  const args = origin.kind === "dockerfile" ? origin.args : {};
  const env = localEnvOf([config, options], ctx.env);
  const parts: Json = [
    commonParts(ctx, request, pem),
    config,
    options,
    dockerfile,
    context,
    target,
    args,
    env,
    features,
    lockfile,
  ];
  return { origin, dockerfile, outline, hash: hashOf(parts) };
}

/** What every shared image depends on, the template's included. */
export function commonParts(ctx: Context, { project, plan }: ImageRequest, pem: string | undefined): Json {
  const { sessionUid, sessionGid } = ctx.user;
  return [
    recipe,
    ctx.paths.pathHash,
    project.name,
    project.folder,
    linkPath({ project, plan }) ?? "",
    sessionUid,
    sessionGid,
    pem ?? "",
  ];
}

export function hashOf(parts: Json): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/**
 * Returns the path of a link to the workspace folder, for configurations that mount the clone somewhere else. Returns undefined if
 * the clone or another mount of the session is at that path.
 */
export function linkPath({ project, plan }: Pick<ImageRequest, "plan" | "project">): string | undefined {
  const { mount, name } = planWorkspace(plan, project.folder);
  const path = `/workspaces/${name}`;
  if (mount === path) return undefined;
  const { workspaceFolder, workspaceMount, mounts, runArgs } = withFolderName(plan, name);
  const compose = plan.compose?.canonical["services"] ?? null;
  const parts = [workspaceFolder, workspaceMount, mounts, runArgs, compose].map((part) => part ?? null);
  const mounted = JSON.stringify(parts).replaceAll(JSON.stringify(cloneName).slice(1, -1), () => name);
  // A mount onto a link would follow the link. It is better to omit the link once too often.
  const quoted = JSON.stringify(path)
    .slice(1, -1)
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`${quoted}(?![\\w.-])`).test(mounted) ? undefined : path;
}

export function lockfilePath(configPath: string | null): string {
  const folder = posix.dirname(configPath ?? "");
  // The lock file of a hidden config is hidden, too.
  const hidden = posix.basename(configPath ?? "").startsWith(".") ? "." : "";
  return posix.join(folder, `${hidden}devcontainer-lock.json`);
}

async function readDockerfile({ source }: ImageRequest, path: string, inline: string | undefined): Promise<string> {
  if (inline !== undefined) return inline;
  const bytes = await source.read(path);
  if (bytes !== undefined) return new TextDecoder().decode(bytes);
  throw new CoworkError("DEVCONTAINER_INVALID", `Dockerfile ${plain(path)} is not in ${source.describe}.`);
}

async function platformArgs(ctx: Context): Promise<Record<string, string>> {
  const { os, arch } = await ctx.engine.info();
  const name = arch === "x64" ? "amd64" : arch;
  return Object.fromEntries(
    ["BUILD", "TARGET"].flatMap((side) => [
      [`${side}PLATFORM`, `${os}/${name}`],
      [`${side}OS`, os],
      [`${side}ARCH`, name],
    ]),
  );
}
