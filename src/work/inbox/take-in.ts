import { opendirSync, unlinkSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HistoryEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { openParent, type OpenFolder } from "../../system/files/open-folder.ts";
import { withLock } from "../../system/locks.ts";
import { appendHistory } from "../history/append.ts";
import type { WorkPlace } from "../types.ts";
import { countDropped } from "./dropped.ts";
import { readLogTail } from "./log-tail.ts";
import { listInbox, openInbox, readReport, removeEntry } from "./read-inbox.ts";
import { reportEvent } from "./report-event.ts";

/** Reports of one session that are taken in for each second since the last time, and at most at the first time. */
const perSecond = 200;
const atFirst = 1_000;
/** Reports that may wait in the inbox until their turn comes. With more, those beyond their turn are dropped. */
const maxWaiting = 2_000;
/** Size of a session's `events.jsonl` at which no more reports are taken in. */
const maxLog = 64 * 1024 * 1024;
/** Reports that are appended at once. */
const chunk = 500;

/**
 * Moves what the hooks reported from the session's inbox into its history, under a lock. What is not a report, and what exceeds the
 * limits, is removed and counted in an event `event.dropped`. A crash in between loses nothing and repeats nothing.
 * @returns the new events
 * @throws BUSY, DISK_FULL
 */
export async function takeInReports(ctx: Context, place: WorkPlace): Promise<HistoryEvent[]> {
  const events = ctx.paths.events(place.id);
  // The usual case: nothing new.
  if (!(await hasEntries(events))) return [];
  return await withLock(ctx, `inbox-${place.id}`, { what: "the reports of a session" }, async () => {
    const inbox = await openInbox(events);
    if (inbox === undefined) return [];
    if (inbox === "blocked") return await countDropped(ctx, place.id, await unblock(events));
    try {
      return await takeAll(ctx, place, inbox);
    } finally {
      await inbox.close();
    }
  });
}

async function hasEntries(events: string): Promise<boolean> {
  const inbox = await openInbox(events);
  if (inbox === undefined || inbox === "blocked") return inbox !== undefined;
  try {
    const folder = opendirSync(inbox.at(".").toString());
    const first = folder.readSync();
    folder.closeSync();
    return first !== null;
  } finally {
    await inbox.close();
  }
}

/** Something else is in the inbox's place: the hooks create a new one. @returns number of entries removed */
async function unblock(events: string): Promise<number> {
  const parent = await openParent(`${events}/inbox`, events).catch(() => undefined);
  try {
    if (parent === undefined) return 0;
    unlinkSync(parent.folder.at("inbox"));
    return 1;
  } catch {
    return 0;
  } finally {
    await parent?.folder.close();
  }
}

async function takeAll(ctx: Context, place: WorkPlace, inbox: OpenFolder): Promise<HistoryEvent[]> {
  const now = ctx.clock.now().getTime();
  const { reports, unfinished, others } = listInbox(inbox, now);
  const log = readLogTail(ctx.paths.eventLog(place.id));
  const isFull = log !== undefined && log.bytes >= maxLog;
  const wanted = isFull ? [] : reports.slice(0, turnOf(log?.modified, Date.parse(place.createdAt), now));
  const isFlood = isFull || reports.length > maxWaiting;
  const taken: HistoryEvent[] = [];
  let dropped = 0;
  for (let start = 0; start < wanted.length; start += chunk) {
    const part = wanted.slice(start, start + chunk);
    // Those that are in the history already were not removed, because of a crash.
    const fresh = part.filter(({ name }) => log?.reports.has(name) !== true);
    const drafts = fresh.flatMap(({ name }) => {
      const report = readReport(inbox, name);
      return report === undefined ? [] : [reportEvent(place.agent, report, name)];
    });
    taken.push(...(await appendHistory(ctx, place.id, drafts)));
    dropped += fresh.length - drafts.length;
    for (const { name } of part) removeEntry(inbox, name);
  }
  for (const name of unfinished) removeEntry(inbox, name);
  const left = [...(isFlood ? reports.slice(wanted.length).map(({ name }) => name) : []), ...others];
  for (const [index, name] of left.entries()) {
    if (index % chunk === chunk - 1) await nextTurn();
    if (removeEntry(inbox, name)) dropped += 1;
  }
  return [...taken, ...(await countDropped(ctx, place.id, dropped))];
}

/** How many reports may be taken in now. @param last when some were taken in, in ms since 1970; undefined: never */
function turnOf(last: number | undefined, createdAt: number, now: number): number {
  const count = Math.floor(((now - (last ?? createdAt)) / 1000) * perSecond);
  if (last === undefined) return Math.max(atFirst, count);
  // The host's clock went back.
  return count < 0 ? perSecond : count;
}
