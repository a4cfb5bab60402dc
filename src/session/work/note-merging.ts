import type { MergingEvent } from "../../contract/merging/conflicts.ts";
import type { OneSession } from "../../contract/remote/requests.ts";
import type { Context } from "../../system/context.ts";
import { appendHistory, type HistoryDraft } from "../../work/history/append.ts";
import { readHistory } from "../../work/history/read-history.ts";
import { requireRecord } from "../record/records.ts";

/** Paths in one event. */
const maxPaths = 20;
const merged = "session.merged";

/**
 * Writes what `conflicts` found into the session's journal. That a commit is merged is written once.
 * @returns when the commit was first found to be merged
 * @throws SESSION_NOT_FOUND, BUSY, DISK_FULL
 */
export async function noteMerging(
  ctx: Context,
  selector: OneSession,
  events: readonly MergingEvent[],
): Promise<{ mergedAt?: string }> {
  const { id } = await requireRecord(ctx, selector);
  const wanted = events.filter(({ type }) => type !== merged);
  const found = events.find(({ type }) => type === merged);
  const before = found?.commit === undefined ? undefined : await findMerged(ctx, id, found.commit);
  if (found !== undefined && before === undefined) wanted.push(found);
  const written = await appendHistory(ctx, id, wanted.map(draftOf));
  const at = before ?? written.find(({ type }) => type === merged)?.at;
  return at === undefined ? {} : { mergedAt: at };
}

async function findMerged(ctx: Context, id: string, commit: string): Promise<string | undefined> {
  const { events } = await readHistory(ctx, id, { types: [merged], limit: 1_000 });
  return events.find(({ type, data }) => type === merged && data["commit"] === commit)?.at;
}

function draftOf({ type, with: other, class: kind, paths, commit }: MergingEvent): HistoryDraft {
  return {
    source: "cowork",
    type,
    data: {
      with: other,
      ...(kind === undefined ? {} : { class: kind }),
      ...(paths === undefined ? {} : { paths: paths.slice(0, maxPaths) }),
      ...(commit === undefined ? {} : { commit }),
    },
  };
}
