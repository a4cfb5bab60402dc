import type { ApprovalView } from "../../contract/work/approval.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { appendHistory } from "../history/append.ts";
import type { WorkPlace } from "../types.ts";
import { findOpen } from "./answer.ts";
import { shownEvent } from "./journal.ts";
import { approvalsLock } from "./lock.ts";
import { writeOpen } from "./store.ts";
import { openRequests } from "./take-in.ts";
import { viewApproval } from "./view.ts";

export interface Shown {
  id: string;
  digest: string;
  by: string;
  through: string;
}

/**
 * Records that a person saw the whole request; the first time counts.
 * @throws APPROVAL_NOT_FOUND, APPROVAL_CHANGED
 */
export async function markRequestShown(ctx: Context, place: WorkPlace, shown: Shown): Promise<ApprovalView> {
  await openRequests(ctx, place);
  return await withLock(ctx, ...approvalsLock(place.id), async () => {
    const { stored, asked } = findOpen(ctx, place, shown);
    if (stored.shown !== undefined) return viewApproval(place, stored, asked);
    const [by, through] = [plain(shown.by).slice(0, 100), plain(shown.through).slice(0, 100)];
    const now = { ...stored, shown: { by, through, at: ctx.clock.now().toISOString() } };
    await writeOpen(ctx, place.id, now);
    await appendHistory(ctx, place.id, [shownEvent(now)]);
    return viewApproval(place, now, asked);
  });
}
