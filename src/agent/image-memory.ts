import { dirname } from "node:path";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files.ts";
import { coworkVersion } from "../version.ts";

// What containers said of themselves, by the image that they were made of: to ask one costs it a process, 50 ms. The id is a digest,
// of the configuration or, in the containerd image store, of the manifest: another content is another id. A help to speed and nothing else.

const maxImages = 50;
const maxBytes = 64 * 1024;

/** What a container of this image said to this version of cowork. */
export async function recallImage(ctx: Pick<Context, "paths">, imageId: string): Promise<string | undefined> {
  const said = (await read(ctx))[imageId];
  return typeof said === "string" ? said : undefined;
}

/** Of two that remember at once one may be forgotten, and is asked again. */
export async function rememberImage(ctx: Pick<Context, "paths">, imageId: string, said: string): Promise<void> {
  try {
    const others = Object.entries(await read(ctx)).filter(([id]) => id !== imageId);
    const images = Object.fromEntries([...others.slice(1 - maxImages), [imageId, said]]);
    await ensureFolder(dirname(pathOf(ctx)), { mode: 0o700 });
    await writeFileAtomic(pathOf(ctx), JSON.stringify({ cowork: coworkVersion(), images }));
  } catch {
    // the next container is asked
  }
}

async function read(ctx: Pick<Context, "paths">): Promise<Record<string, unknown>> {
  try {
    const text = await readTextFile(pathOf(ctx), { maxBytes });
    const value = JSON.parse(text ?? "null") as { cowork?: unknown; images?: unknown } | null;
    const { cowork, images } = value ?? {};
    return cowork === coworkVersion() && typeof images === "object" ? { ...images } : {};
  } catch {
    return {};
  }
}

function pathOf({ paths }: Pick<Context, "paths">): string {
  return paths.remembered("images");
}
