import pLimit from "p-limit";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Step } from "../../events.ts";
import type { Context } from "../../system/context.ts";
import { withHomeProblem } from "../../system/home-problem.ts";
import { withLock, type StillHeld } from "../../system/locks.ts";
import type { RecordEntry } from "../record/record.ts";
import { readRecord, type SessionRecord } from "../record/record.ts";
import type { Outcome } from "../types.ts";
import { sessionLock } from "../inspect/observe.ts";

/** How long a command waits for another one that uses the same session, in ms. */
export const lockWait = 10 * 60_000;

/**
 * Work that needs a session's lock.
 * @param inner a context whose signal also fires when the lock is lost: all of the work must use it
 * @param stillHeld call it right before something that cannot be undone
 */
export type LockedWork<T> = (record: SessionRecord, inner: Context, stillHeld: StillHeld) => Promise<T>;

/**
 * Runs something for several sessions, a limited number at once, each under its lock. All are tried: an error in one is its
 * outcome and does not stop the others.
 */
export async function forEachSession<T extends Outcome>(
  ctx: Context,
  entries: readonly RecordEntry[],
  options: { concurrency: number; step: Step },
  work: LockedWork<T>,
): Promise<(T | Outcome)[]> {
  const limit = pLimit(Math.max(1, options.concurrency));
  return Promise.all(
    entries.map((entry) =>
      limit(async (): Promise<T | Outcome> => {
        if ("error" in entry) return failed(entry.id, entry.error);
        const { record } = entry;
        try {
          return await locked(ctx, record, options.step, work);
        } catch (error) {
          return reportFailure(ctx, record.name, options.step, error);
        }
      }),
    ),
  );
}

/** Runs `work` under the session's lock; reports if it has to wait. */
export function locked<T>(ctx: Context, record: SessionRecord, step: Step, work: LockedWork<T>): Promise<T> {
  const onWait = (): void => sayWaiting(ctx, record.name, step);
  return withLock(
    ctx,
    sessionLock(record.id),
    { waitMs: lockWait, onWait, busy: "SESSION_BUSY" },
    async (signal, stillHeld) => {
      // The record read before the lock may be old: the other command may have completed the session, or removed it.
      const current = await readRecord(ctx, record.id);
      if (current !== undefined) return work(current, { ...ctx, signal }, stillHeld);
      throw new CoworkError("SESSION_NOT_FOUND", `Session ${record.name} was removed meanwhile.`, {
        hint: [ownCommand("list")],
      });
    },
  );
}

/** Was the lock taken over by another command? Then the whole session is that command's. */
export function lostItsLock(inner: Pick<Context, "signal">): boolean {
  const { aborted, reason } = inner.signal;
  return aborted && reason instanceof CoworkError && reason.code === "LOCK_LOST";
}

export function sayWaiting(ctx: Context, session: string, step: Step): void {
  ctx.report({ session, step, state: "note", detail: "waiting for another cowork command" });
}

export function reportFailure(ctx: Context, name: string, step: Step, error: unknown): Outcome {
  const known = withHomeProblem(ctx, toCoworkError(error));
  ctx.log(`${name}: ${known.code}: ${known.message}\n${known.detail ?? known.stack ?? ""}`);
  ctx.report({ session: name, step, state: "failed", detail: known.message });
  return failed(name, known);
}

export function failed(name: string, error: CoworkError): Outcome {
  return { name, ok: false, error: error.toView(), exitCode: error.exitCode, notes: [] };
}
