import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { JsonObject } from "../../contract/common.ts";
import type { HistoryEvent } from "../../contract/work/history.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { lastEvent, maxEventBytes } from "./last-number.ts";

/** An event before it has a number. */
export interface HistoryDraft {
  source: HistoryEvent["source"];
  type: string;
  data?: JsonObject;
  /** when it happened, in ms since 1970; absent: now */
  at?: number;
}

export type HistoryContext = Pick<Context, "paths" | "clock" | "signal">;

type File = "eventLog" | "journal";

/**
 * Appends events to a session's history: what the agent reported to `events.jsonl`, what cowork and people did to `journal.jsonl`.
 * Both files are written by the host only and share one numbering, and each is sorted by time, so that it can be searched: an
 * event is never earlier than the one before it in its file and never later than now. A line that a crash cut is ended, so that
 * it is one broken line. Of an event that is too long only `data.detail` is kept.
 * @returns the events with their numbers
 * @throws BUSY, DISK_FULL
 */
export async function appendHistory(
  ctx: HistoryContext,
  id: string,
  drafts: readonly HistoryDraft[],
): Promise<HistoryEvent[]> {
  if (drafts.length === 0) return [];
  return await withLock(ctx, `history-${id}`, { what: "the history of a session" }, async () => {
    await ensureFolder(ctx.paths.state(id), { mode: 0o700 });
    const now = ctx.clock.now().getTime();
    const [eventLog, journal] = await Promise.all([
      lastEvent(ctx.paths.eventLog(id)),
      lastEvent(ctx.paths.journal(id)),
    ]);
    const last: Record<File, number> = { eventLog: timeOf(eventLog), journal: timeOf(journal) };
    let n = Math.max(eventLog?.n ?? 0, journal?.n ?? 0);
    const events = drafts.map((draft): HistoryEvent => {
      n += 1;
      const file = fileOf(draft);
      last[file] = Math.min(now, Math.max(draft.at ?? now, last[file]));
      const { source, type, data = {} } = draft;
      return bounded({ n, at: new Date(last[file]).toISOString(), source, type, data });
    });
    // In the order of their numbers: a reader meanwhile sees no number before the ones below it.
    for (const part of runsOf(events)) await append(ctx.paths[fileOf(part[0])](id), part);
    return events;
  });
}

function fileOf({ source }: Pick<HistoryDraft, "source">): File {
  return source === "agent" ? "eventLog" : "journal";
}

function timeOf(event: HistoryEvent | undefined): number {
  return event === undefined ? 0 : Date.parse(event.at);
}

function bounded(event: HistoryEvent): HistoryEvent {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  if (bytes <= maxEventBytes) return event;
  const { detail } = event.data;
  return {
    ...event,
    data: { ...(typeof detail === "string" ? { detail: detail.slice(0, 1000) } : {}), omitted: bytes },
  };
}

/** Consecutive events that go to the same file. */
function runsOf(events: readonly HistoryEvent[]): [HistoryEvent, ...HistoryEvent[]][] {
  const runs: [HistoryEvent, ...HistoryEvent[]][] = [];
  for (const event of events) {
    const run = runs.at(-1);
    if (run !== undefined && fileOf(run[0]) === fileOf(event)) run.push(event);
    else runs.push([event]);
  }
  return runs;
}

async function append(path: string, events: readonly HistoryEvent[]): Promise<void> {
  let file: FileHandle | undefined;
  try {
    // eslint-disable-next-line no-bitwise -- flags
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    file = await open(path, flags, 0o600);
    const { size } = await file.stat();
    const { buffer } = size === 0 ? { buffer: Buffer.from("\n") } : await file.read(Buffer.alloc(1), 0, 1, size - 1);
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join("");
    await file.appendFile(buffer[0] === 10 ? text : `\n${text}`);
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    await file?.close();
  }
}
