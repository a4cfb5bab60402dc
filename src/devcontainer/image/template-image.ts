import { ownCommand } from "../../hint.ts";
import { detailOf, shorten } from "../cli/cli-output.ts";
import { createHash } from "node:crypto";
import type { Settings } from "../../config/types.ts";
import type { ImageDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { hostAuthorities } from "./authorities.ts";
import { ensureAuthorityImage } from "./authority-image.ts";
import { ensureBaseImage } from "../base/base-image.ts";
import { imageError } from "./image-error.ts";
import { imageLabel } from "./image-labels.ts";
import { outlineDockerfile } from "./dockerfile.ts";
import { rewriteDockerfile } from "./dockerfile-rewrite.ts";
import { hostProxies } from "./proxies.ts";
import { renderDockerfile } from "./template.ts";

export interface TemplateImage {
  ref: string;
  image: ImageDetail;
}

const recipe = "1";

/**
 * Returns the template's image: Debian with git and a user, built once per engine. It is also the helper for git if a project's own
 * image has none, and for the agent's login.
 * @param session session to report progress for; default: none
 * @throws BASE_IMAGE_UNAVAILABLE, IMAGE_BUILD_FAILED, CA_CERTS_INVALID
 */
export async function ensureTemplateImage(
  ctx: Context,
  settings: Pick<Settings, "baseImage" | "caCerts">,
  session = "",
): Promise<TemplateImage> {
  const lock = { waitMs: 3_600_000 };
  // The lock also covers the base image, so that several sessions at the same time ask for it, or make it, only once.
  return withLock(ctx, "image-template", lock, async (signal) => {
    const inner = { ...ctx, signal };
    const base = await ensureBaseImage(inner, settings);
    const pem = await hostAuthorities(ctx, settings.caCerts);
    const authorityImage = pem === undefined ? undefined : await ensureAuthorityImage(inner, pem);
    const plainText = await renderDockerfile(base.ref);
    const outline = await outlineDockerfile(plainText);
    const users = new Map([[base.ref, base.image.user]]);
    const text = rewriteDockerfile(plainText, outline, { authorityImage, users, labels: {} });
    const key = createHash("sha256")
      .update(JSON.stringify([recipe, text, base.image.id]))
      .digest("hex")
      .slice(0, 12);
    const tag = `cowork-template:${key}`;
    const present = await ctx.engine.findImage(tag);
    if (present !== undefined) return { ref: tag, image: present };
    ctx.report({ session, step: "image", state: "note", detail: "building the template's image, once" });
    const labels = { [imageLabel.shared]: "template", [imageLabel.key]: key };
    const onLine = (line: string): void => {
      if (!/^(?:Step |Get:|Setting up )/.test(line)) return;
      const detail = detailOf({ type: "raw", text: line }) ?? shorten(line, 72);
      ctx.report({ session, step: "image", state: "note", detail });
    };
    try {
      const spec = { files: { Dockerfile: text }, tag, labels, buildArgs: hostProxies(ctx.env), onLine, signal };
      return { ref: tag, image: await ctx.engine.buildImage(spec) };
    } catch (error) {
      throw imageError("the template's image", error, [ownCommand("doctor")]);
    }
  });
}
