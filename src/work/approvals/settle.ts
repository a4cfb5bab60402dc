import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { appendHistory } from "../history/append.ts";
import type { WorkPlace } from "../types.ts";
import { hasAnswer, putAnswer } from "./answers.ts";
import { lookAtAsk } from "./asks-folder.ts";
import { answeredEvent, droppedEvent, retiredEvent } from "./journal.ts";
import { whyRetired, type Signs } from "./retire.ts";
import { writeStored } from "./store.ts";

/** Closes an open request that was answered by a process that then crashed, or that needs no answer any more. */
export async function settle(
  ctx: Context,
  place: WorkPlace,
  one: StoredApproval,
  open: readonly StoredApproval[],
  signs: Signs,
): Promise<void> {
  if (hasAnswer(ctx, place.id, one.uuid)) return await close(ctx, place.id, one);
  const asked = place.agent.approvals?.read(one.request);
  const conversation = asked?.conversation;
  const subagent = one.request["agent_id"];
  const same = open.filter(({ request }) => request["session_id"] === one.request["session_id"]);
  const waiting = {
    uuid: one.uuid,
    askedAt: Date.parse(one.askedAt),
    tool: asked?.tool ?? "",
    conversation,
    subagent: typeof subagent === "string" ? subagent : undefined,
    alone: same.length === 1,
  };
  const reason = whyRetired(waiting, signs);
  if (reason !== undefined) return await retire(ctx, place.id, one, reason);
  await watchFile(ctx, place.id, one);
}

/** The answer is there: who gave it was written before. Without that, it was an empty one, for a retired request. */
export async function close(ctx: Context, id: string, one: StoredApproval): Promise<void> {
  if (one.answer === undefined) return await retire(ctx, id, one, "it was retired");
  const answered = { ...one, state: "answered" as const };
  await writeStored(ctx, id, answered);
  await appendHistory(ctx, id, [answeredEvent(answered)]);
}

/** Ends the hook without a decision. */
async function retire(ctx: Context, id: string, one: StoredApproval, reason: string): Promise<void> {
  await putAnswer(ctx, id, one.uuid, "");
  const { answer: _, ...rest } = one;
  const retired = { ...rest, state: "retired" as const, retired: { at: ctx.clock.now().toISOString(), reason } };
  await writeStored(ctx, id, retired);
  await appendHistory(ctx, id, [retiredEvent(retired)]);
}

/** A request that is written again in the container stays as it was first seen. */
async function watchFile(ctx: Context, id: string, one: StoredApproval): Promise<void> {
  const now = lookAtAsk(ctx, id, one.uuid);
  const { inode, size, modified } = one.file;
  if (one.rewritten || now === undefined) return;
  if (now.inode === inode && now.size === size && now.modified === modified) return;
  await writeStored(ctx, id, { ...one, rewritten: true });
  const reason = `the file of ${one.id} was changed after it was read, which has no effect`;
  await appendHistory(ctx, id, [droppedEvent(reason, 1)]);
}
