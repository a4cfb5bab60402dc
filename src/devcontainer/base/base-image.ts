import type { BaseImage } from "../types.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { makeBaseImage } from "./base-make.ts";
import { findMadeBase } from "./base-made.ts";
import { ensureLocal } from "../image/fetch-image.ts";
import { templateBase } from "../image/template.ts";

/**
 * The image that the template stands on: `BASE_IMAGE`, else the template's own: from the engine, else from a registry; where
 * that cannot be had, one that cowork makes of the distribution's packages, after asking.
 * @throws BASE_IMAGE_UNAVAILABLE
 */
export async function ensureBaseImage(ctx: Context, settings: { baseImage: string | undefined }): Promise<BaseImage> {
  const present = await findBaseImage(ctx, settings);
  if (present !== undefined) return present;
  if (settings.baseImage !== undefined) return wantedBase(ctx, settings.baseImage);
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

/** The same, as far as the engine has it already: nothing is fetched, made or asked. */
export async function findBaseImage(
  ctx: Context,
  settings: { baseImage: string | undefined },
): Promise<BaseImage | undefined> {
  const ref = settings.baseImage ?? templateBase;
  const image = await ctx.engine.findImage(ref);
  if (image !== undefined) return { ref, image };
  return settings.baseImage === undefined ? findMadeBase(ctx) : undefined;
}

/** A base image that somebody chose is never replaced by another. */
async function wantedBase(ctx: Context, ref: string): Promise<BaseImage> {
  try {
    return { ref, image: await ensureLocal(ctx, ref, (line) => say(ctx, `pulling ${plain(ref)}: ${line}`)) };
  } catch (error) {
    const failure = toCoworkError(error);
    if (failure.code === "INTERRUPTED" || failure.code === "ENGINE_UNREACHABLE") throw failure;
    const hint = steps`make it available to the engine (docker pull, docker load), or: ${ownCommand("config", "set", "BASE_IMAGE", "…")}`;
    throw new CoworkError("BASE_IMAGE_UNAVAILABLE", `The base image ${plain(ref)} cannot be had: ${failure.message}`, {
      hint,
      cause: error,
    });
  }
}

function say(ctx: Context, detail: string): void {
  ctx.report({ session: "", step: "image", state: "note", detail });
}
