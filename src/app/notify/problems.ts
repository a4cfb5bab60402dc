import type { ChannelName } from "../../config/notify-values.ts";
import type { NotifyTopic } from "../../contract/notify/notify.ts";
import { toCoworkError } from "../../errors.ts";
import { lookAtPath } from "../../system/files/files.ts";
import { appendHistory } from "../../work/history/append.ts";
import type { Scope } from "../scope.ts";
import { emitNote } from "../sessions/outcomes.ts";

/** Tells that a channel does not deliver, or does again: as a note, and in the history of the session on this machine. */
export async function reportProblem(
  scope: Scope,
  { channel, problem, topic }: { channel: ChannelName; problem: string | undefined; topic: NotifyTopic | undefined },
): Promise<void> {
  const { ctx } = scope;
  const text = problem ?? `Messages reach ${channel} again.`;
  ctx.log(`notifier: ${channel}: ${text}`);
  emitNote(scope, text);
  if (topic === undefined || topic.host !== "local" || lookAtPath(ctx.paths.record(topic.sessionId)) === undefined)
    return;
  try {
    const data = { channel, detail: text };
    const type = problem === undefined ? "notify.delivered" : "notify.failed";
    await appendHistory(ctx, topic.sessionId, [{ source: "cowork", type, data }]);
  } catch (error) {
    ctx.log(`notifier: ${toCoworkError(error).message}`);
  }
}
