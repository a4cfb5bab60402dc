import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { appendHistory } from "../history/append.ts";
import type { WorkPlace } from "../types.ts";
import { hasAnswer, putAnswer } from "./answers.ts";
import { lookAtAsk } from "./asks-folder.ts";
import { answeredEvent, droppedEvent, retiredEvent } from "./journal.ts";
import { whyRetired, type Signs } from "./retire.ts";
import { writeClosed, writeOpen } from "./store.ts";

/** What an open request turned into since it was stored: answered by a process that then crashed, not needed any more, rewritten. */
export type Change = { what: "answered" } | { what: "retired"; reason: string } | { what: "rewritten" };

/** Undefined: it is as it was. Writes nothing. */
export function changeOf(
  ctx: Context,
  place: WorkPlace,
  one: StoredApproval,
  open: readonly StoredApproval[],
  signs: Signs,
): Change | undefined {
  if (hasAnswer(ctx, place.id, one.uuid)) return { what: "answered" };
  const asked = place.agent.approvals?.read(one.request);
  const subagent = one.request["agent_id"];
  const same = open.filter(({ request }) => request["session_id"] === one.request["session_id"]);
  const waiting = {
    uuid: one.uuid,
    askedAt: Date.parse(one.askedAt),
    tool: asked?.tool ?? "",
    conversation: asked?.conversation,
    subagent: typeof subagent === "string" ? subagent : undefined,
    alone: same.length === 1,
  };
  const reason = whyRetired(waiting, signs);
  if (reason !== undefined) return { what: "retired", reason };
  return isRewritten(ctx, place.id, one) ? { what: "rewritten" } : undefined;
}

/** A request that is written again in the container stays as it was first seen; that is reported once. */
function isRewritten(ctx: Context, id: string, { uuid, file, rewritten }: StoredApproval): boolean {
  const now = rewritten ? undefined : lookAtAsk(ctx, id, uuid);
  if (now === undefined) return false;
  return now.inode !== file.inode || now.size !== file.size || now.modified !== file.modified;
}

export async function settle(ctx: Context, id: string, one: StoredApproval, change: Change): Promise<void> {
  if (change.what === "answered") return await close(ctx, id, one);
  if (change.what === "retired") return await retire(ctx, id, one, change.reason);
  await writeOpen(ctx, id, { ...one, rewritten: true });
  const reason = `the file of ${one.id} was changed after it was read, which has no effect`;
  await appendHistory(ctx, id, [droppedEvent(reason, 1)]);
}

/** The answer is there: who gave it was written before. Without that, it was an empty one, for a retired request. */
export async function close(ctx: Context, id: string, one: StoredApproval): Promise<void> {
  if (one.answer === undefined) return await retire(ctx, id, one, "it was retired");
  const answered = { ...one, state: "answered" as const };
  await writeClosed(ctx, id, answered);
  await appendHistory(ctx, id, [answeredEvent(answered)]);
}

/** Ends the hook without a decision. */
async function retire(ctx: Context, id: string, one: StoredApproval, reason: string): Promise<void> {
  await putAnswer(ctx, id, one.uuid, "");
  const { answer: _, ...rest } = one;
  const retired = { ...rest, state: "retired" as const, retired: { at: ctx.clock.now().toISOString(), reason } };
  await writeClosed(ctx, id, retired);
  await appendHistory(ctx, id, [retiredEvent(retired)]);
}
