import type { OneSession, Selector } from "../../contract/remote/requests.ts";
import type { ApprovalAnswer, ApprovalView } from "../../contract/work/approval.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { answerRequest } from "../../work/approvals/answer.ts";
import { mayHaveRequests } from "../../work/approvals/count-open.ts";
import { markRequestShown, type Shown } from "../../work/approvals/shown.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { takeInReports } from "../../work/inbox/take-in.ts";
import type { WorkPlace } from "../../work/types.ts";
import { containersBySession, containersOf } from "../inspect/observe.ts";
import { devContainer } from "../inspect/view.ts";
import { ownContainers } from "../inspect/own-containers.ts";
import type { SessionRecord } from "../record/record.ts";
import { noSession, readRecords, selectOne, selectRecords } from "../record/records.ts";
import { knownAgentPlace, workPlace } from "./place.ts";

/** Open approvals of the selected sessions, the oldest first. Sessions whose record cannot be read have none. */
export async function listApprovals(ctx: Context, selector: Selector): Promise<ApprovalView[]> {
  const entries = await selectRecords(ctx, selector);
  const records = entries.flatMap((entry) => ("record" in entry ? [entry.record] : []));
  const asking = records.filter(({ id }) => mayHaveRequests(ctx, id));
  if (asking.length === 0) return [];
  const containers = await containersBySession(ctx);
  const each = await Promise.all(
    asking.map(async (record) => {
      const own = ownContainers(ctx, record, containers.get(record.id) ?? []);
      const place = knownAgentPlace(record, devContainer(own));
      return place === undefined ? [] : await takeIn(ctx, place);
    }),
  );
  return each.flat().toSorted((a, b) => (a.askedAt < b.askedAt ? -1 : a.askedAt > b.askedAt ? 1 : 0));
}

/** Reports first: they tell which requests were decided on the agent's own terminal. */
async function takeIn(ctx: Context, place: WorkPlace): Promise<ApprovalView[]> {
  await takeInReports(ctx, place);
  return await takeInRequests(ctx, place);
}

/** @throws SESSION_NOT_FOUND, APPROVAL_NOT_FOUND, APPROVAL_CHANGED */
export async function markShown(ctx: Context, selector: OneSession, shown: Shown): Promise<ApprovalView> {
  return await markRequestShown(ctx, await placeOf(ctx, selector), shown);
}

/** @throws SESSION_NOT_FOUND, and as `answerRequest` */
export async function answerApproval(
  ctx: Context,
  selector: OneSession,
  answer: ApprovalAnswer,
): Promise<ApprovalView> {
  const place = await placeOf(ctx, selector);
  await takeInReports(ctx, place);
  return await answerRequest(ctx, place, answer);
}

async function placeOf(ctx: Context, selector: OneSession): Promise<WorkPlace> {
  const record = await recordOf(ctx, selector);
  return workPlace(record, devContainer(await containersOf(ctx, record)));
}

/** Without a project the name is the session's id, as an approval has it: that is all a caller on another machine knows. */
async function recordOf(ctx: Context, selector: OneSession): Promise<SessionRecord> {
  const [name] = selector.names;
  const entry =
    selector.project === undefined
      ? (await readRecords(ctx)).find(({ id }) => id === name)
      : await selectOne(ctx, selector);
  if (entry === undefined) throw noSession(plain(name));
  if ("error" in entry) throw entry.error;
  return entry.record;
}
