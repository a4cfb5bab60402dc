import type { Context } from "../../system/context.ts";
import { writeRecord, type SessionRecord } from "./record.ts";

/** Leaves a session out of lists until it is started again. Call it under the session's lock. @returns the record as written */
export async function hideSession(ctx: Pick<Context, "paths">, record: SessionRecord): Promise<SessionRecord> {
  if (record.hidden === true) return record;
  const hidden = { ...record, hidden: true };
  await writeRecord(ctx, hidden);
  return hidden;
}

/**
 * Puts a session back into lists. Done before it is started: a start that fails must be seen. Call it under the session's lock.
 * @returns the record as written
 */
export async function unhideSession(ctx: Pick<Context, "paths">, record: SessionRecord): Promise<SessionRecord> {
  if (record.hidden === undefined) return record;
  const shown = { ...record };
  delete shown.hidden;
  await writeRecord(ctx, shown);
  return shown;
}
