import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { CoworkError } from "../../errors.ts";
import { ensureAuthorityImage } from "./authority-image.ts";
import { failedStep } from "../cli/build-reason.ts";
import { causeOf } from "../cli/cli-causes.ts";
import { withCause } from "../cli/cli-error.ts";
import { detailOf, meaningfulLines } from "../cli/cli-output.ts";
import { fetchBases, findBases } from "./image-bases.ts";
import { buildHint, buildLog, translation, stageLabels, writeContext, type BuildWork } from "./image-build.ts";
import { readInputs } from "./image-key.ts";
import { imageLabel, repositoryOf } from "./image-labels.ts";
import type { ImageRequest, Origin } from "./image-request.ts";
import { hostProxies } from "./proxies.ts";
import { firstReason } from "../cli/reason-words.ts";
import type { DevcontainerPlan } from "../types.ts";

const waitMs = 3_600_000;

/**
 * Builds the images of a Compose configuration's other services, each once for all sessions like the dev container's own, with the
 * host's TLS authorities installed.
 * @returns refs by service
 * @throws IMAGE_BUILD_FAILED, DEVCONTAINER_INVALID, DISK_FULL, INTERRUPTED
 */
export async function ensureServiceImages(
  ctx: Context,
  request: ImageRequest,
  pem: string | undefined,
): Promise<Record<string, string>> {
  const { compose } = request.plan;
  const refs: Record<string, string> = {};
  for (const build of compose?.builds ?? []) {
    if (build.service === compose?.service) continue;
    refs[build.service] = await ensureServiceImage(ctx, request, build.service, pem, {
      kind: "dockerfile",
      build,
      args: build.args ?? {},
    });
  }
  return refs;
}

type BuildOrigin = Extract<Origin, { kind: "dockerfile" }>;

async function ensureServiceImage(
  ctx: Context,
  request: ImageRequest,
  service: string,
  pem: string | undefined,
  origin: BuildOrigin,
): Promise<string> {
  const { project, session } = request;
  const inputs = await readInputs(ctx, { ...request, plan: withoutConfig(request.plan) }, origin, pem);
  const { key, found } = await fetchBases(ctx, inputs, await findBases(ctx, inputs), session);
  const users = new Map([...found].map(([name, { user }]) => [name, user]));
  const tag = `${repositoryOf(project)}:${key}`;
  if ((await ctx.engine.findImage(tag)) !== undefined) return tag;
  return withLock(ctx, `image-build-${project.name}`, { waitMs, what: `image ${tag}` }, async (signal) => {
    const inner = { ...ctx, signal };
    if ((await ctx.engine.findImage(tag)) !== undefined) return tag;
    const authorityImage = pem === undefined ? undefined : await ensureAuthorityImage(inner, pem);
    await buildService(inner, request, service, { key, inputs, authorityImage, users, tag }, origin);
    return tag;
  });
}

/** A service's image does not depend on devcontainer.json. */
function withoutConfig({ path }: DevcontainerPlan): DevcontainerPlan {
  const nothing = { changes: [], findings: [], trustHash: "", hasLockfile: false, files: [], cloneBinds: [] };
  return { kind: "dockerfile", path, config: {}, ...nothing };
}

async function buildService(
  ctx: Context,
  request: ImageRequest,
  service: string,
  work: BuildWork,
  { build, args }: BuildOrigin,
): Promise<void> {
  const root = ctx.paths.image(work.key);
  const session = request.session ?? "";
  await rm(root, { recursive: true, force: true });
  await ensureFolder(root, { mode: 0o700 });
  await ensureFolder(dirname(buildLog(ctx, request, work.key)), { mode: 0o700 });
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(plain(line));
    const detail = detailOf({ type: "raw", text: line });
    if (detail !== undefined)
      ctx.report({ session, step: "image", state: "note", detail: `${plain(service)}: ${detail}` });
  };
  try {
    const { context, dockerfile } = await writeContext(ctx, request, work, root);
    const labels = { ...stageLabels(ctx, request), [imageLabel.key]: work.key, [imageLabel.service]: service };
    const options = [
      "-f",
      dockerfile,
      "-t",
      work.tag,
      ...(build.target === undefined ? [] : ["--target", build.target]),
      ...Object.entries(labels).flatMap(([name, value]) => ["--label", `${name}=${value}`]),
      ...Object.entries(args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      // Without values: the builder takes them from its environment, so that they are not in logs.
      ...Object.keys(hostProxies(ctx.env)).flatMap((name) => ["--build-arg", name]),
    ];
    const outputFile = buildLog(ctx, request, work.key);
    const { code } = await ctx.run("docker", ["build", ...options, context], {
      cwd: root,
      outputFile,
      onLine,
      signal: ctx.signal,
    });
    if (code === 0) return;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  const words = failedStep(lines) ?? firstReason(lines) ?? meaningfulLines(lines).at(-1) ?? "no reason given";
  const translated = translation(ctx, request, work)(words);
  const cause = causeOf([translated]) ?? causeOf(lines.slice(-40));
  throw new CoworkError(
    cause?.code ?? "IMAGE_BUILD_FAILED",
    `Could not build the image of the service ${plain(service)}: ${withCause(cause, translated)}.`,
    {
      hint: cause?.hint ?? buildHint(request),
      detail: meaningfulLines(lines, 20).join("\n"),
    },
  );
}
