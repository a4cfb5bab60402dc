import type { ImageDetail } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { hashOf, type ImageInputs } from "./image-key.ts";
import { ensureLocal } from "./fetch-image.ts";

/** The base images of a build that the engine has. */
export interface Bases {
  names: string[];
  found: Map<string, ImageDetail>;
  missing: string[];
}

/**
 * Finds the external images of the stages up to the one that is built, each once. At most two requests to the engine, in parallel.
 */
export async function findBases(ctx: Context, { outline }: ImageInputs): Promise<Bases> {
  const used = outline.stages.slice(0, outline.target + 1).filter((stage) => stage.external);
  const names = [...new Set(used.flatMap((stage) => stage.base ?? []))];
  const images = await Promise.all(names.map((name) => ctx.engine.findImage(name)));
  const found = new Map<string, ImageDetail>();
  for (const [index, name] of names.entries()) {
    const image = images[index];
    if (image !== undefined) found.set(name, image);
  }
  return { names, found, missing: names.filter((name) => !found.has(name)) };
}

/**
 * Pulls missing base images. One that cannot be pulled is left to the builder: it may not need that stage, and its error message is
 * better.
 * @returns the key of the image that is built on them, and those images that the engine has now, by name
 */
export async function fetchBases(
  ctx: Context,
  inputs: ImageInputs,
  { names, found, missing }: Bases,
  session = "",
): Promise<{ key: string; found: ReadonlyMap<string, ImageDetail>; names: string[] }> {
  for (const name of missing) {
    // For another platform the builder has to choose the image.
    if (inputs.outline.stages.some((stage) => stage.base === name && stage.platform !== undefined)) continue;
    const onLine = (line: string): void =>
      ctx.report({ session, step: "image", state: "note", detail: `pulling ${name}: ${line}` });
    try {
      found.set(name, await ensureLocal(ctx, name, onLine));
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      ctx.log(`${name}: ${String(error)}`);
    }
  }
  const key = hashOf([inputs.hash, ...names.map((name) => found.get(name)?.id ?? name)]);
  return { key, found, names };
}
