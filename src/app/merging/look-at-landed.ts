import type { MergeView } from "../../contract/merging/merge.ts";
import { toCoworkError } from "../../errors.ts";
import type { Scope } from "../scope.ts";
import { lookAtProject } from "./look.ts";

/**
 * Looks at the sessions that landed, so that `list` shows at once which of them are merged. A session may have gone on meanwhile, so
 * that is found out as ever. If it cannot be, the merge is done anyway.
 */
export async function lookAtLanded(scope: Scope, { items, result }: MergeView): Promise<void> {
  const names = items.filter(({ state }) => state === "landed").map(({ session }) => session);
  if (result === undefined || names.length === 0) return;
  try {
    await lookAtProject(scope, { pairs: false, names, only: names });
  } catch (error) {
    scope.ctx.signal.throwIfAborted();
    scope.ctx.log(`after the merge: ${toCoworkError(error).message}`);
  }
}
