import type { Context } from "../../system/context.ts";
import { toCoworkError } from "../../errors.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { takeInReports } from "../../work/inbox/take-in.ts";
import { ownContainers } from "../inspect/own-containers.ts";
import { containersBySession } from "../inspect/observe.ts";
import { devContainer } from "../inspect/view.ts";
import type { SessionRecord } from "../record/record.ts";
import { refreshClaims } from "./claims.ts";
import { takeInMail } from "./mail.ts";
import { workPlace } from "./place.ts";

/**
 * Takes in what the agents of sessions reported and asked. Without the engine nothing is taken in, and what failed for one session is
 * tried again by the next reader: a history can always be read.
 */
export async function takeInAll(ctx: Context, records: readonly SessionRecord[]): Promise<void> {
  const containers = await containersBySession(ctx).catch((error: unknown) => {
    ctx.signal.throwIfAborted();
    ctx.log(`nothing taken in: ${toCoworkError(error).message}`);
  });
  if (containers === undefined) return;
  await Promise.all(
    records.map(async (record) => {
      try {
        const own = ownContainers(ctx, record, containers.get(record.id) ?? []);
        const place = workPlace(record, devContainer(own));
        await takeInReports(ctx, place);
        await takeInRequests(ctx, place);
        await takeInMail(ctx, record);
      } catch (error) {
        ctx.signal.throwIfAborted();
        ctx.log(`${record.id}: not taken in: ${toCoworkError(error).message}`);
      }
    }),
  );
  await refreshClaims(ctx, records);
}
