import { carryChanges } from "../clone/carry-changes.ts";
import { carryFiles, planCarry } from "../clone/carry.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import type { SessionRecord } from "./record.ts";
import type { InitRequest } from "./types.ts";

/**
 * Takes along into a fresh clone what the project's commits do not hold: the files that `COPY` and `.worktreeinclude` name and,
 * with `--carry`, the changes that are not committed. What the project's own patterns want was agreed to before.
 * @returns paths that are in the clone because of it
 */
export async function carryIn(
  ctx: Context,
  request: InitRequest,
  record: SessionRecord,
  notes: string[],
): Promise<string[]> {
  const { source, settings, options } = request;
  if (source.kind !== "repository") {
    throw new CoworkError("INTERNAL", "Files can be carried from a project on this machine only.");
  }
  const clone = ctx.paths.clone(record.id);
  const owner = { uid: ctx.user.sessionUid, gid: ctx.user.sessionGid };
  const plan = await planCarry(ctx, source.root, { copy: settings.copy, include: options.worktreeInclude });
  const carried = await carryFiles(ctx, source.root, clone, plan.files, owner);
  notes.push(...plan.notes);
  if (!options.carry) return carried;
  const changes = await carryChanges(ctx, source.root, clone, record.start.commit, owner);
  notes.push(...changes.notes);
  return [...new Set([...carried, ...changes.paths])];
}
