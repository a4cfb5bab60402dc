import { gitInside } from "../../clone/git/inside.ts";
import type { GitInside } from "../../clone/types.ts";
import type { Context } from "../../system/context.ts";
import { homeOf, sessionLabels } from "../record/labels.ts";
import type { SessionRecord } from "../record/record.ts";
import { containersOf } from "./observe.ts";
import { devContainer } from "./view.ts";

/** Git for a session's clone: in its container while that runs, otherwise in a helper container without network. */
export async function insideOf(ctx: Context, record: SessionRecord): Promise<GitInside> {
  const container = devContainer(await containersOf(ctx, record));
  const own = record.devcontainer?.image.ref;
  // The template's image always has git; a project's own image may not, or may be gone.
  const template = async (): Promise<string> => {
    const { ensureTemplateImage } = await import("../../devcontainer/image/template-image.ts");
    return (await ensureTemplateImage(ctx, { baseImage: undefined, caCerts: "auto" })).ref;
  };
  return gitInside(ctx, {
    clone: ctx.paths.clone(record.id),
    ...(record.devcontainer?.workspace?.clone === undefined ? {} : { place: record.devcontainer.workspace.clone }),
    uid: ctx.user.sessionUid,
    gid: ctx.user.sessionGid,
    worksAsRoot: record.devcontainer?.remoteUid === 0,
    ...(container === undefined ? {} : { containerId: container.id }),
    images: own === undefined ? [template] : [own, template],
    labels: sessionLabels(record, homeOf(ctx, record)),
  });
}
