import { describeHoldings, describeReplaced, toGitView } from "../../clone/unsaved/describe.ts";
import { inspectHoldings } from "../../clone/unsaved/holdings.ts";
import { gitInside } from "../../clone/git/inside.ts";
import { savedNowhere } from "../../clone/unsaved/saved.ts";
import type { GitInside, Holdings } from "../../clone/types.ts";
import { saveHints } from "../../clone/unsaved/save-hints.ts";
import { ensureTemplateImage } from "../../devcontainer/image/template-image.ts";
import type { HintPart } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import { homeOf, sessionLabels } from "../record/labels.ts";
import type { SessionRecord } from "../record/record.ts";
import { readRemoteTips } from "./remote-tips.ts";
import type { GitView } from "../types.ts";
import type { ProjectClient } from "../project-client.ts";
import { devContainer } from "./view.ts";
import { containersOf } from "./observe.ts";

/** Git for a session's clone: in its container while that runs, otherwise in a helper container without network. */
export async function insideOf(ctx: Context, record: SessionRecord): Promise<GitInside> {
  const container = devContainer(await containersOf(ctx, record));
  const own = record.devcontainer?.image.ref;
  // The template's image always has git; a project's own image may not, or may be gone.
  const template = async (): Promise<string> =>
    (await ensureTemplateImage(ctx, { baseImage: undefined, caCerts: "auto" })).ref;
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

export interface CloneReport {
  git: GitView | null;
  /** one line each: work that exists nowhere else */
  unsaved: string[];
  /** one line each: commits that are removed too, but that something has replaced */
  replaced: string[];
  /** how to save it, as commands where possible */
  hint: HintPart[];
}

/**
 * Compares what a session's clone holds with the project. Without a clone the report is empty, and so is that of a clone that
 * was never completed. What cannot be checked counts as unsaved.
 * @param excuse leaves out what does not count
 */
export async function inspectClone(
  ctx: Context,
  record: SessionRecord,
  user: ProjectClient,
  precious: readonly string[],
  excuse: (holdings: Holdings, inside: GitInside) => Promise<Holdings> = (holdings) => Promise.resolve(holdings),
): Promise<CloneReport> {
  if (!record.cloned || !(await pathExists(ctx.paths.clone(record.id))))
    return { git: null, unsaved: [], replaced: [], hint: [] };
  const { project: name, projectRoot: root, rootCommit } = record;
  const project = await user.saved({ name, root, rootCommit });
  const saved = project ?? savedNowhere();
  const inside = await insideOf(ctx, record);
  const found = await inspectHoldings(inside, saved, {
    start: record.start.commit,
    carried: record.carried,
    precious,
    remoteTips: project === undefined ? [] : await readRemoteTips(ctx, record.id),
  });
  const holdings = await excuse(found, inside);
  return {
    git: toGitView(holdings),
    unsaved: describeHoldings(holdings),
    replaced: describeReplaced(holdings),
    hint: saveHints(holdings, {
      name: record.name,
      clone: ctx.paths.clone(record.id),
      branches: [record.start.branch, holdings.branch],
      owner: `${ctx.user.sessionUid}:${ctx.user.sessionGid}`,
      isRoot: record.devcontainer?.remoteUid === 0,
    }),
  };
}
