import type { Context } from "../system/context.ts";

/**
 * An image of cowork's own, for what concerns the sessions of all projects, such as an agent that finishes its installation itself.
 * `BASE_IMAGE` does not count: one project's image could write something else there than the agent does.
 */
export function ownImage(ctx: Context): () => Promise<string> {
  return async () => {
    const { ensureTemplateImage } = await import("../devcontainer/image/template-image.ts");
    return (await ensureTemplateImage(ctx, { baseImage: undefined, caCerts: "auto" })).ref;
  };
}
