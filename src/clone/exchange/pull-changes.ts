import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import type { GitInside } from "../types.ts";
import { notPulledNotes } from "../unsaved/nested-inside.ts";
import { incoming, savedBy } from "../unsaved/saved.ts";
import { type AppliedFile, applyWork } from "./apply/apply-work.ts";
import { dropIncoming, hasCommit, workOf } from "./incoming.ts";
import { copyLfs } from "./lfs-out.ts";
import { fetchBundle } from "./pull-bundle.ts";
import { readRefsInside } from "./refs-inside.ts";

export interface ChangesSpec {
  /** the session's name */
  session: string;
  /** author of the commit that the working tree becomes on its way; it is not kept */
  identity: { name: string | undefined; email: string | undefined };
}

/** What `pull --apply` did. Like the result of `pull`, without refs. */
export interface ChangesResult {
  refs: [];
  notes: string[];
  applied: { path: string; files: AppliedFile[] };
}

/**
 * Brings all of a session's work (what HEAD has there, uncommitted changes, untracked files that are not ignored) into a working tree
 * of the project, as uncommitted changes. No ref of the project is made or changed. The caller holds the session's lock.
 *
 * @throws FILES_IN_THE_WAY, CONFLICT, GIT_FAILED, each with nothing changed; ENGINE_…, TIMEOUT
 */
export async function pullChanges(
  ctx: Context,
  inside: GitInside,
  { source, worktree }: { source: Source; worktree: string },
  { session, identity }: ChangesSpec,
): Promise<ChangesResult> {
  const { head, objectFormat } = await readRefsInside(inside);
  const prefix = `${incoming}${session}/`;
  await dropIncoming(ctx, source, prefix);
  try {
    const saved = savedBy(ctx, source, { ask: false });
    const want = head === undefined || (await saved.reachable([head])).has(head) ? [] : [head];
    const have = await saved.tips();
    const request = { session, objectFormat, have, want, work: workOf(session, identity) };
    const made = await fetchBundle(ctx, inside, source, prefix, request);
    // If the object is missing, there was nothing uncommitted.
    const work = made !== undefined && (await hasCommit(ctx, source, made)) ? made : head;
    // Before files are written, because git-lfs makes them from its objects. The commit may have created new ones.
    const notes = await copyLfs(ctx, inside, source, (await readRefsInside(inside)).lfs);
    const nested = await notPulledNotes(inside);
    if (work === undefined) return { refs: [], notes: [...notes, ...nested], applied: { path: worktree, files: [] } };
    const { submodules, path, files } = await applyWork(ctx, worktree, { work, session });
    const left = submodules.map((one) => `submodule ${one}: not applied; pull copies its commits`);
    return { refs: [], notes: [...notes, ...nested, ...left], applied: { path, files } };
  } finally {
    await dropIncoming(ctx, source, prefix);
  }
}
