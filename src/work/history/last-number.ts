import { open, type FileHandle } from "node:fs/promises";
import { historyEvent, type HistoryEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { isAbsent } from "../../system/files/files.ts";

/** No event is longer as a line, in bytes (append.ts). */
export const maxEventBytes = 128 * 1024;

const firstBytes = 16 * 1024;
/** More than any crash leaves behind the last whole line. */
const mostBytes = 64 * 1024 * 1024;

/** The highest number in a session's history; 0 if it has none. */
export async function lastNumber(ctx: Pick<Context, "paths">, id: string): Promise<number> {
  const paths = [ctx.paths.eventLog(id), ctx.paths.journal(id)];
  const last = await Promise.all(paths.map(lastEvent));
  return Math.max(0, ...last.map((event) => event?.n ?? 0));
}

/** The last whole line of one file of the history. Reads further back as long as there are only broken lines. */
export async function lastEvent(path: string): Promise<HistoryEvent | undefined> {
  const file = await open(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    for (let bytes = firstBytes; bytes <= mostBytes; bytes *= 8) {
      const { event, isWhole } = await lastWithin(file, bytes);
      if (event !== undefined || isWhole) return event;
    }
    return undefined;
  } finally {
    await file.close();
  }
}

async function lastWithin(
  file: FileHandle,
  bytes: number,
): Promise<{ event: HistoryEvent | undefined; isWhole: boolean }> {
  const { size } = await file.stat();
  const from = Math.max(0, size - bytes);
  const buffer = Buffer.alloc(size - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  const lines = buffer.subarray(0, bytesRead).toString("utf8").split("\n");
  // The first one is cut at its start, and might still be valid JSON.
  if (from > 0) lines.shift();
  for (const line of lines.toReversed()) {
    const event = parseEvent(line);
    if (event !== undefined) return { event, isWhole: from === 0 };
  }
  return { event: undefined, isWhole: from === 0 };
}

/** Undefined for a line that is not an event: a crash cut it. */
export function parseEvent(line: string): HistoryEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const found = historyEvent.safeParse(JSON.parse(line));
    return found.success && !Number.isNaN(Date.parse(found.data.at)) ? found.data : undefined;
  } catch {
    return undefined;
  }
}
