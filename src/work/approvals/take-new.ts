import { createHash } from "node:crypto";
import type { RunView } from "../../contract/work/run.ts";
import type { StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { appendHistory } from "../history/append.ts";
import { newestRun } from "../runs/run-files.ts";
import type { WorkPlace } from "../types.ts";
import { countAnswers, putAnswer } from "./answers.ts";
import { readAsk } from "./asks-folder.ts";
import { askedEvent, droppedEvent } from "./journal.ts";
import { maxAnswers, maxNewPerMinute, maxOpen } from "./limits.ts";
import { parseRequest } from "./parse-request.ts";
import { closedOf, isTaken, writeOpen } from "./store.ts";
import { shortWord } from "./word.ts";

/**
 * Stores new requests, as many as the limits allow; the others wait. One that cannot be shown gets an empty answer, so that its
 * hook ends and the agent asks on its own terminal.
 * @param open how many are open
 */
export async function takeNew(ctx: Context, place: WorkPlace, fresh: readonly string[], open: number): Promise<void> {
  const now = ctx.clock.now().getTime();
  // Those that were decided within the last minute may be older: then fewer are taken in.
  const lately = closedOf(ctx, place.id).filter(({ modified }) => now - modified < 60_000).length;
  const isFull = countAnswers(ctx, place.id) >= maxAnswers;
  const room = isFull ? 0 : Math.max(0, Math.min(maxNewPerMinute - lately, maxOpen - open));
  let dropped = 0;
  for (const uuid of fresh.slice(0, room)) {
    const read = readAsk(ctx, place.id, uuid);
    if (read === undefined) continue;
    const { bytes, ...file } = read;
    const request = bytes === undefined ? undefined : parseRequest(bytes);
    const asked = request === undefined ? undefined : place.agent.approvals?.read(request);
    if (bytes === undefined || request === undefined || asked === undefined) {
      await putAnswer(ctx, place.id, uuid, "");
      dropped += 1;
      continue;
    }
    const run = newestRun(ctx, place.id);
    if (isTooEarly(run, now - file.modified)) continue;
    const digest = createHash("sha256").update(bytes).digest("hex");
    const id = shortWord(digest, (word) => isTaken(ctx, word));
    const one: StoredApproval = {
      version: 1,
      id,
      uuid,
      digest,
      askedAt: new Date(Math.min(now, file.modified)).toISOString(),
      seenAt: new Date(now).toISOString(),
      request,
      ...(run !== undefined && run.conversation === asked.conversation ? { run: run.id } : {}),
      file,
      rewritten: false,
      state: "open",
    };
    await writeOpen(ctx, place.id, one);
    await appendHistory(ctx, place.id, [askedEvent(one, asked)]);
  }
  if (dropped === 0) return;
  const reason = "requests that cannot be shown: the agent asks in its terminal";
  await appendHistory(ctx, place.id, [droppedEvent(reason, dropped)]);
}

/** How long a request waits for its run to know its own conversation, in ms. */
const knownAfterMs = 10_000;

/** Some agents choose the id of a conversation themselves: until it is read from the run's output, no request is known as the run's. */
function isTooEarly(run: RunView | undefined, age: number): boolean {
  const isStarting = run !== undefined && run.endedAt === undefined && run.conversation === undefined;
  return isStarting && age < knownAfterMs;
}
