import type { Context } from "../system/context.ts";
import { recall, remember } from "../system/remembered.ts";

// What containers said of themselves, by the image that they were made of: to ask one costs it a process, 50 ms. The id is a digest,
// of the configuration or, in the containerd image store, of the manifest: another content is another id. A help to speed and nothing else.

const file = "images";
const maxImages = 50;

/** What a container of this image said to this version of cowork. */
export async function recallImage(ctx: Pick<Context, "paths">, imageId: string): Promise<string | undefined> {
  const said = (await recallAll(ctx))[imageId];
  return typeof said === "string" ? said : undefined;
}

/** Of two that remember at once one may be forgotten, and is asked again. */
export async function rememberImage(ctx: Pick<Context, "paths">, imageId: string, said: string): Promise<void> {
  const others = Object.entries(await recallAll(ctx)).filter(([id]) => id !== imageId);
  await remember(ctx, file, [], Object.fromEntries([...others.slice(1 - maxImages), [imageId, said]]));
}

async function recallAll(ctx: Pick<Context, "paths">): Promise<Record<string, unknown>> {
  const images = await recall(ctx, file);
  return typeof images === "object" ? { ...images } : {};
}
