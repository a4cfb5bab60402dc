import { applyChanges } from "../../clone/make/carry-changes.ts";
import { carryFiles } from "../../clone/make/carry.ts";
import type { PlanRequest } from "../../devcontainer/plan.ts";
import type { Context } from "../../system/context.ts";
import type { SessionRecord } from "../record/record.ts";
import type { CarryRequest } from "../types.ts";

/**
 * Copies into a fresh clone what the project's commits do not contain: the files that `COPY` and `.worktreeinclude` name and,
 * with `--carry`, uncommitted changes. The user has agreed before to the patterns that the project itself names.
 * @returns the copied paths
 */
export async function carryIn(
  ctx: Context,
  { root, files, changes, notes: found }: CarryRequest,
  record: SessionRecord,
  notes: string[],
): Promise<string[]> {
  const clone = ctx.paths.clone(record.id);
  const owner = { uid: ctx.user.sessionUid, gid: ctx.user.sessionGid };
  const carried = await carryFiles(ctx, root, clone, files, owner);
  notes.push(...found);
  if (changes === undefined) return carried;
  const { start } = record;
  const changed = await applyChanges(ctx, { root, plan: changes }, { clone, start: start.commit, owner });
  return [...new Set([...carried, ...changed])];
}

/**
 * Copies files that `COPY` and `.worktreeinclude` name and that are not in the clone yet. Only for a clone that no container has seen.
 * @returns the copied paths
 */
export async function carryAgain(
  ctx: Context,
  { root, files }: CarryRequest,
  record: SessionRecord,
): Promise<string[]> {
  const owner = { uid: ctx.user.sessionUid, gid: ctx.user.sessionGid };
  return carryFiles(ctx, root, ctx.paths.clone(record.id), files, owner);
}

/** Which files that a commit does not contain may still be in its sessions' clones. */
export function mayCome(carry: CarryRequest): NonNullable<PlanRequest["mayCome"]> {
  const carried = [...carry.files, ...(carry.changes?.entries ?? []).flatMap(({ path, gone }) => (gone ? [] : [path]))];
  return (path, { hasInitialize }) =>
    hasInitialize || carried.some((one) => one === path || one.startsWith(path === "" ? "" : `${path}/`));
}
