import type { ImageDetail } from "../engine/types.ts";
import { CoworkError, toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { plain } from "../system/text.ts";
import { makeBaseImage } from "./base-make.ts";
import { findMadeBase } from "./base-made.ts";
import { ensureLocal } from "./pull.ts";
import { templateBase } from "./template.ts";

export interface BaseImage {
  ref: string;
  image: ImageDetail;
}

/**
 * The image that the template stands on: `BASE_IMAGE`, else the template's own: from the engine, else from a registry; where
 * that cannot be had, one that cowork makes of the distribution's packages, after asking.
 * @throws BASE_IMAGE_UNAVAILABLE
 */
export async function ensureBaseImage(ctx: Context, settings: { baseImage: string | undefined }): Promise<BaseImage> {
  if (settings.baseImage !== undefined) return wantedBase(ctx, settings.baseImage);
  const present = await ctx.engine.findImage(templateBase);
  if (present !== undefined) return { ref: templateBase, image: present };
  const made = await findMadeBase(ctx);
  if (made !== undefined) return made;
  try {
    return {
      ref: templateBase,
      image: await ensureLocal(ctx, templateBase, (line) => say(ctx, `pulling ${templateBase}: ${line}`)),
    };
  } catch (error) {
    const failure = toCoworkError(error);
    if (failure.code === "INTERRUPTED" || failure.code === "ENGINE_UNREACHABLE") throw failure;
    ctx.log(`no ${templateBase} from a registry: ${failure.message}`);
    return makeBaseImage(ctx, failure.message);
  }
}

/** A base image that somebody chose is never replaced by another. */
async function wantedBase(ctx: Context, ref: string): Promise<BaseImage> {
  try {
    return { ref, image: await ensureLocal(ctx, ref, (line) => say(ctx, `pulling ${plain(ref)}: ${line}`)) };
  } catch (error) {
    const failure = toCoworkError(error);
    if (failure.code === "INTERRUPTED" || failure.code === "ENGINE_UNREACHABLE") throw failure;
    const hint = `make it available to the engine (docker pull, docker load), or: cowork config set BASE_IMAGE …`;
    throw new CoworkError("BASE_IMAGE_UNAVAILABLE", `The base image ${plain(ref)} cannot be had: ${failure.message}`, {
      hint,
      cause: error,
    });
  }
}

function say(ctx: Context, detail: string): void {
  ctx.report({ session: "", step: "image", state: "note", detail });
}
