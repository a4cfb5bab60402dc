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
 * Returns the base image of the template: `BASE_IMAGE` if it is set, else the template's default. It comes from the engine or from
 * a registry. If no registry has it, cowork makes one from the distribution's packages, after it has asked the user.
 * @throws BASE_IMAGE_UNAVAILABLE
 */
export async function ensureBaseImage(ctx: Context, settings: { baseImage: string | undefined }): Promise<BaseImage> {
  const present = await findBaseImage(ctx, settings);
  if (present !== undefined) return present;
  if (settings.baseImage !== undefined) return wantedBase(ctx, settings.baseImage);
  try {
    return {
      ref: templateBase,
      image: await ensureLocal(ctx, templateBase, (line) => report(ctx, `pulling ${templateBase}: ${line}`)),
    };
  } catch (error) {
    const failure = toCoworkError(error);
    if (failure.code === "INTERRUPTED" || failure.code === "ENGINE_UNREACHABLE") throw failure;
    ctx.log(`no ${templateBase} from a registry: ${failure.message}`);
    return makeBaseImage(ctx, failure.message);
  }
}

/** Like `ensureBaseImage`, but returns only what the engine already has: pulls nothing, makes nothing and asks nothing. */
export async function findBaseImage(
  ctx: Context,
  settings: { baseImage: string | undefined },
): Promise<BaseImage | undefined> {
  const ref = settings.baseImage ?? templateBase;
  const image = await ctx.engine.findImage(ref);
  if (image !== undefined) return { ref, image };
  return settings.baseImage === undefined ? findMadeBase(ctx) : undefined;
}

/** An image that the user chose is never replaced by another one. */
async function wantedBase(ctx: Context, ref: string): Promise<BaseImage> {
  try {
    return { ref, image: await ensureLocal(ctx, ref, (line) => report(ctx, `pulling ${plain(ref)}: ${line}`)) };
  } catch (error) {
    const failure = toCoworkError(error);
    if (failure.code === "INTERRUPTED" || failure.code === "ENGINE_UNREACHABLE") throw failure;
    const hint = steps`pull or load it into the engine (docker pull, docker load), or choose another: ${ownCommand("config", "set", "BASE_IMAGE", "…")}`;
    throw new CoworkError("BASE_IMAGE_UNAVAILABLE", `Could not get base image ${plain(ref)}: ${failure.message}`, {
      hint,
      cause: error,
    });
  }
}

function report(ctx: Context, detail: string): void {
  ctx.report({ session: "", step: "image", state: "note", detail });
}
