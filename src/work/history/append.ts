import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { JsonObject } from "../../contract/common.ts";
import type { HistoryEvent } from "../../contract/work/history.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { lastNumber } from "./last-number.ts";

/** An event before it has a number. */
export interface HistoryDraft {
  source: HistoryEvent["source"];
  type: string;
  data?: JsonObject;
  /** when it happened, in ms since 1970; absent: now */
  at?: number;
}

export type HistoryContext = Pick<Context, "paths" | "clock" | "signal">;

/**
 * Appends events to a session's history: what the agent reported to `events.jsonl`, what cowork and people did to `journal.jsonl`.
 * Both files are written by the host only and share one numbering. A line that a crash cut is ended, so that it is one broken line.
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
    let n = await lastNumber(ctx, id);
    const events = drafts.map(({ source, type, data = {}, at }): HistoryEvent => {
      n += 1;
      return { n, at: new Date(at ?? ctx.clock.now().getTime()).toISOString(), source, type, data };
    });
    await append(
      ctx.paths.eventLog(id),
      events.filter(({ source }) => source === "agent"),
    );
    await append(
      ctx.paths.journal(id),
      events.filter(({ source }) => source !== "agent"),
    );
    return events;
  });
}

async function append(path: string, events: readonly HistoryEvent[]): Promise<void> {
  if (events.length === 0) return;
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
