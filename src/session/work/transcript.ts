import { usageError } from "../../errors.ts";
import type { OneSession } from "../../contract/remote/requests.ts";
import type { RunView } from "../../contract/work/run.ts";
import type { TranscriptAnswer, TranscriptEntry, TranscriptQuery } from "../../contract/work/transcript.ts";
import type { Context } from "../../system/context.ts";
import { noRun } from "../../work/runs/no-run.ts";
import { newestRun, readRun, readRunRequest } from "../../work/runs/run-files.ts";
import { isActive } from "../../work/runs/run-state.ts";
import { entryOf } from "../../work/transcript/entries.ts";
import { newestConversation, readOwnPart, readRunPart } from "../../work/transcript/read-part.ts";
import type { WorkPlace } from "../../work/types.ts";
import { requireRecord } from "../record/records.ts";
import { knownAgentPlace } from "./place.ts";

/** A place in a transcript: in the output of a run (0: there is none), or in a conversation after it. */
interface Cursor {
  run: number;
  conversation: string | undefined;
  offset: number;
}

/**
 * Reads what a session's transcript has: by its newest run, then in a terminal since; or by one run. Each answer says where the
 * next one goes on.
 * @throws SESSION_NOT_FOUND, RUN_NOT_FOUND, USAGE for a wrong cursor
 */
export async function readTranscript(
  ctx: Context,
  selector: OneSession,
  { run: wanted, after }: TranscriptQuery,
): Promise<TranscriptAnswer> {
  const record = await requireRecord(ctx, selector);
  const place = knownAgentPlace(record, undefined);
  const run = wanted === undefined ? newestRun(ctx, record.id) : readRun(ctx, record.id, wanted);
  if (run === undefined && wanted !== undefined) throw noRun(record.name, wanted);
  const last = after === undefined ? undefined : parseCursor(after);
  const n = run?.n ?? 0;
  const reset = last !== undefined && last.run !== n;
  if (place === undefined)
    return { entries: [], cursor: cursorOf({ run: n, conversation: undefined, offset: 0 }), more: false, reset };
  const isNew = last === undefined || reset;
  const from: Cursor = isNew ? { run: n, conversation: undefined, offset: 0 } : last;
  const entries = isNew && run !== undefined ? startOf(ctx, run) : [];
  if (run !== undefined && from.conversation === undefined) {
    const part = await readRunPart(ctx, place, { n, from: from.offset });
    entries.push(...part.entries);
    const goesOn = part.more || isActive(run) || wanted !== undefined;
    from.offset = part.offset;
    if (goesOn) return { entries, cursor: cursorOf(from), more: part.more, reset };
  }
  return { ...(await readOwn(ctx, place, { run, n, from, entries })), reset };
}

/** What the agent did in a terminal since the run ended. */
async function readOwn(
  ctx: Context,
  place: WorkPlace,
  { run, n, from, entries }: { run: RunView | undefined; n: number; from: Cursor; entries: TranscriptEntry[] },
): Promise<Omit<TranscriptAnswer, "reset">> {
  const newest = await newestConversation(ctx, place);
  if (newest === undefined) return { entries, cursor: cursorOf(from), more: false };
  const { conversation } = newest;
  const offset = from.conversation === conversation ? from.offset : 0;
  const since = run === undefined ? undefined : Date.parse(run.endedAt ?? run.createdAt);
  const part = await readOwnPart(place, newest, { from: offset, since });
  const cursor = cursorOf({ run: n, conversation, offset: part.offset });
  return { entries: [...entries, ...part.entries], cursor, more: part.more };
}

function startOf(ctx: Pick<Context, "paths">, run: RunView): TranscriptEntry[] {
  const { id, n, action, title, createdAt: at, sessionId } = run;
  const prompt = readRunRequest(ctx, sessionId, n)?.prompt ?? title;
  return [{ kind: "run", at, run: id, n, action, title }, entryOf({ kind: "prompt", text: prompt }, at)].flatMap(
    (entry) => entry ?? [],
  ) as TranscriptEntry[];
}

function cursorOf({ run, conversation, offset }: Cursor): string {
  return [run, conversation ?? "", offset].join(".");
}

function parseCursor(text: string): Cursor {
  const [, run, conversation, offset] = /^(\d{1,9})\.([0-9a-f-]{0,64})\.(\d{1,15})$/.exec(text) ?? [];
  if (run === undefined) throw usageError("That is not a cursor of a transcript.", "cowork logs <session>");
  return { run: Number(run), conversation: conversation || undefined, offset: Number(offset) };
}
