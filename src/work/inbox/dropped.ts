import type { HistoryEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { appendHistory } from "../history/append.ts";

/** A session that floods its inbox must not flood its journal. */
const tellEveryMs = 60_000;

/**
 * Counts what was not taken in from a session's inbox, and tells it in the journal at most once a minute. The caller holds the
 * inbox's lock.
 * @returns the event, if there is one
 */
export async function countDropped(ctx: Context, id: string, more: number): Promise<HistoryEvent[]> {
  const path = ctx.paths.dropped(id);
  const before = asCount(await readTextFile(path, { maxBytes: 4096 }));
  const count = before.count + more;
  if (count === 0) return [];
  const now = ctx.clock.now().getTime();
  const isDue = Math.abs(now - before.toldAt) >= tellEveryMs;
  if (!isDue && more === 0) return [];
  await ensureFolder(ctx.paths.state(id), { mode: 0o700 });
  const after = isDue ? { count: 0, toldAt: now } : { count, toldAt: before.toldAt };
  const data = { count, detail: `files in the inbox that are not reports, or too many: ${count}` };
  const events = isDue ? await appendHistory(ctx, id, [{ source: "cowork", type: "event.dropped", data }]) : [];
  await writeFileAtomic(path, JSON.stringify(after), { mode: 0o600 });
  return events;
}

function asCount(text: string | undefined): { count: number; toldAt: number } {
  try {
    const { count, toldAt } = JSON.parse(text ?? "{}") as Record<string, unknown>;
    if (typeof count === "number" && typeof toldAt === "number") return { count, toldAt };
  } catch {
    // A crash cannot cut it; the user may have changed it.
  }
  return { count: 0, toldAt: 0 };
}
