import { describeHoldings, pullFlags, toGitView } from "../clone/describe.ts";
import { inspectHoldings } from "../clone/holdings.ts";
import { gitInside } from "../clone/inside.ts";
import { savedNowhere } from "../clone/saved.ts";
import type { GitInside } from "../clone/types.ts";
import { ensureTemplateImage } from "../devcontainer/template-image.ts";
import type { Context } from "../system/context.ts";
import { pathExists } from "../system/files.ts";
import { sessionLabels } from "./labels.ts";
import type { SessionRecord } from "./record.ts";
import type { GitView } from "./types.ts";
import type { UserSide } from "./user-side.ts";
import { devContainer } from "./view.ts";
import { containersOf } from "./world.ts";

/** Git for a session's clone: in its container while that runs, else in a helper container without network. */
export async function insideOf(ctx: Context, record: SessionRecord): Promise<GitInside> {
  const container = devContainer(await containersOf(ctx, record.id));
  const own = record.devcontainer?.image.ref;
  // The template has git for certain; a project's own image may not, or may be gone.
  const template = async (): Promise<string> =>
    (await ensureTemplateImage(ctx, { baseImage: undefined, caCerts: "auto" })).ref;
  return gitInside(ctx, {
    clone: ctx.paths.clone(record.id),
    ...(record.devcontainer?.workspace?.clone === undefined ? {} : { place: record.devcontainer.workspace.clone }),
    uid: ctx.user.sessionUid,
    gid: ctx.user.sessionGid,
    ...(container === undefined ? {} : { containerId: container.id }),
    images: own === undefined ? [template] : [own, template],
    labels: sessionLabels(record, ctx.paths.homeHash),
  });
}

export interface Insight {
  git: GitView | null;
  /** one line each: what is nowhere else */
  unsaved: string[];
  /** flags of `pull` that save it, but for ignored files */
  pullFlags: string[];
  /** ignored files that look precious are among it */
  ignored: boolean;
}

/**
 * What a session's clone holds, compared with the project. Without a clone there is nothing; a half-made one holds nothing of
 * anybody's. What cannot be asked counts as unsaved.
 */
export async function lookInside(
  ctx: Context,
  record: SessionRecord,
  user: UserSide,
  precious: readonly string[],
): Promise<Insight> {
  if (!record.cloned || !(await pathExists(ctx.paths.clone(record.id))))
    return { git: null, unsaved: [], pullFlags: [], ignored: false };
  const { project: name, projectRoot: root, rootCommit } = record;
  const saved = (await user.saved({ name, root, rootCommit })) ?? savedNowhere();
  const holdings = await inspectHoldings(await insideOf(ctx, record), saved, {
    start: record.start.commit,
    carried: record.carried,
    precious,
  });
  return {
    git: toGitView(holdings),
    unsaved: describeHoldings(holdings),
    pullFlags: pullFlags(holdings, [record.start.branch, holdings.branch]),
    ignored: holdings.precious.length > 0,
  };
}
