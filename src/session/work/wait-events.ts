import type { Selector } from "../../contract/remote/requests.ts";
import type { EventsAnswer, EventsQuery } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { readChanges, waitForChange } from "./changes.ts";
import { sessionEvents } from "./events.ts";

/**
 * Reads the history of the selected sessions; with `wait`, if there is nothing new, once there is. Between two readings only sizes and
 * times of files are looked at, so that waiting costs next to nothing.
 * @throws INTERRUPTED
 */
export async function eventsWhenThere(ctx: Context, selector: Selector, query: EventsQuery): Promise<EventsAnswer> {
  const { wait = 0 } = query;
  const until = ctx.clock.now().getTime() + wait;
  let records: string | undefined;
  for (;;) {
    // Before the histories are read: what is written meanwhile makes a difference.
    const before = readChanges(ctx);
    const answer = await sessionEvents(ctx, selector, query);
    records ??= before.records;
    const left = until - ctx.clock.now().getTime();
    if (left <= 0 || answer.events.length > 0 || before.records !== records) return answer;
    await waitForChange(ctx, before, { ms: left, signal: ctx.signal });
    ctx.signal.throwIfAborted();
    // The files of a history also change when reports are taken in that tell nothing.
    if (ctx.clock.now().getTime() >= until) return answer;
  }
}
