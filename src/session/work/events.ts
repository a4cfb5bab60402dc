import type { Selector } from "../../contract/remote/requests.ts";
import type { EventsAnswer, EventsQuery, HistoryEvent, SessionEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { readHistory } from "../../work/history/read-history.ts";
import { selectRecords } from "../record/records.ts";
import type { SessionRecord } from "../record/record.ts";
import { takeInAll } from "./take-in.ts";

/** Sessions whose history is read at the same time: each has two open files. */
const atOnce = 20;

/**
 * Reads the history of the selected sessions, sorted by time. What agents reported since is taken in before. A session whose record
 * cannot be read is left out: `list` shows it.
 */
export async function sessionEvents(ctx: Context, selector: Selector, query: EventsQuery): Promise<EventsAnswer> {
  const entries = await selectRecords(ctx, selector);
  const records = entries.flatMap((entry) => ("record" in entry ? [entry.record] : []));
  await takeInAll(ctx, records);
  const histories: History[] = [];
  for (let start = 0; start < records.length; start += atOnce) {
    const part = records.slice(start, start + atOnce);
    histories.push(...(await Promise.all(part.map(async (record) => await readOne(ctx, record, query)))));
  }
  return answerOf(histories, query.limit);
}

interface History {
  record: SessionRecord;
  events: HistoryEvent[];
  last: number;
  more: boolean;
}

async function readOne(ctx: Context, record: SessionRecord, query: EventsQuery): Promise<History> {
  const { since, cursors = {}, types, limit } = query;
  const after = Object.hasOwn(cursors, record.id) ? cursors[record.id] : undefined;
  const part = await readHistory(ctx, record.id, {
    limit,
    ...(after === undefined ? {} : { after }),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
    ...(types === undefined ? {} : { types }),
  });
  return { record, ...part };
}

/** The earliest events of all, at most `limit`; the cursors say up to where each session's history is in the answer. */
function answerOf(histories: readonly History[], limit: number): EventsAnswer {
  const cursors: Record<string, number> = {};
  const all = histories.flatMap(({ record, events }) => events.map((event) => ({ record, event })));
  const taken = all.length <= limit ? all : earliest(histories, limit);
  const counts = Map.groupBy(taken, ({ record }) => record.id);
  for (const { record, events, last } of histories) {
    const first = events[counts.get(record.id)?.length ?? 0];
    cursors[record.id] = first === undefined ? last : first.n - 1;
  }
  const events = taken.map(({ record, event }) => sessionEvent(record, event));
  const more = taken.length < all.length || histories.some((history) => history.more);
  return { events: events.toSorted((a, b) => compare(a.at, b.at)), cursors, more };
}

/** Takes from each session in the order of its numbers, always from the one whose next event is the earliest. */
function earliest(histories: readonly History[], limit: number): { record: SessionRecord; event: HistoryEvent }[] {
  const heads = histories.map(({ record, events }) => ({ record, events, position: 0 }));
  const taken: { record: SessionRecord; event: HistoryEvent }[] = [];
  while (taken.length < limit) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      const [at, best] = [head.events[head.position]?.at, first?.events[first.position]?.at];
      if (at !== undefined && (best === undefined || at < best)) first = head;
    }
    const event = first?.events[first.position];
    if (first === undefined || event === undefined) return taken;
    first.position += 1;
    taken.push({ record: first.record, event });
  }
  return taken;
}

function sessionEvent({ id, name, project }: SessionRecord, event: HistoryEvent): SessionEvent {
  return { ...event, id: `local:${name}:${event.n}`, host: "local", project, session: name, sessionId: id };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
