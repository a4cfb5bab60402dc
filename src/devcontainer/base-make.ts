import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import type { BaseImage } from "./base-image.ts";

export async function makeBaseImage(_ctx: Context, why: string): Promise<BaseImage> {
  throw new CoworkError("BASE_IMAGE_UNAVAILABLE", why);
}
