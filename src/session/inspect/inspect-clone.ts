import { describeHoldings, describeReplaced, toGitView } from "../../clone/unsaved/describe.ts";
import { inspectHoldings } from "../../clone/unsaved/holdings.ts";
import { savedNowhere } from "../../clone/unsaved/saved.ts";
import type { GitInside, Holdings } from "../../clone/types.ts";
import { saveHints } from "../../clone/unsaved/save-hints.ts";
import type { HintPart } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import type { SessionRecord } from "../record/record.ts";
import { readRemoteTips } from "./remote-tips.ts";
import type { GitView } from "../types.ts";
import type { ProjectClient } from "../project-client.ts";
import { insideOf } from "./inside-of.ts";

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
