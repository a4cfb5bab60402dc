import { applyChanges } from "../clone/carry-changes.ts";
import { carryFiles } from "../clone/carry.ts";
import type { Context } from "../system/context.ts";
import type { SessionRecord } from "./record.ts";
import type { CarryRequest } from "./types.ts";

/**
 * Takes along into a fresh clone what the project's commits do not hold: the files that `COPY` and `.worktreeinclude` name and,
 * with `--carry`, the changes that are not committed. What the project's own patterns want was agreed to before.
 * @returns paths that are in the clone because of it
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
