import type { Context } from "../system/context.ts";
import { recall, remember } from "../system/remembered.ts";

// What containers reported about themselves, by image: asking a container costs a process, 50 ms. The id is a digest of the
// configuration or, in the containerd image store, of the manifest, so different content has a different id. Only a cache for speed.

const file = "images";
const maxImages = 50;

/** What a container of this image reported to this version of cowork. */
export async function recallImage(ctx: Pick<Context, "paths">, imageId: string): Promise<string | undefined> {
  const answer = (await recallAll(ctx))[imageId];
  return typeof answer === "string" ? answer : undefined;
}

/** If two processes write at once, one entry may be lost, and that image is asked again. */
export async function rememberImage(ctx: Pick<Context, "paths">, imageId: string, answer: string): Promise<void> {
  const others = Object.entries(await recallAll(ctx)).filter(([id]) => id !== imageId);
  await remember(ctx, file, [], Object.fromEntries([...others.slice(1 - maxImages), [imageId, answer]]));
}

async function recallAll(ctx: Pick<Context, "paths">): Promise<Record<string, unknown>> {
  const images = await recall(ctx, file);
  return typeof images === "object" ? { ...images } : {};
}
