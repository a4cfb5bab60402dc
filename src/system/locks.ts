import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CoworkError, toCoworkError } from "../errors.ts";
import type { Context } from "./context.ts";
import { ensureFolder, lookAtPath } from "./files/files.ts";
import { errorCode } from "./files/open-folder.ts";
import { plain } from "./text.ts";

/** The lock of a killed process becomes free after this time. A live holder updates its lock every `updateMs`. */
const staleMs = 5_000;
const updateMs = 1_000;
/** Longer than the lock of a killed process lasts, so that a crash never causes BUSY. */
const defaultWaitMs = 10_000;
const pollMs = 100;

export interface LockOptions {
  /** how long to wait for the holder, in milliseconds; default 10 000 */
  waitMs?: number;
  /** called once if the lock is not free at once */
  onWait?: () => void;
  /** what is locked, for the message: `session a` */
  what?: string;
  /** the error code if another process holds it for too long; default BUSY */
  busy?: "BUSY" | "SESSION_BUSY";
}

/**
 * Checks that this process still holds the lock.
 * @throws LOCK_LOST if it was lost, and the signal's reason
 */
export type StillHeld = () => Promise<void>;

type LockContext = Pick<Context, "paths" | "clock" | "signal">;

/**
 * Runs `fn` while holding the named lock, which is exclusive among all cowork processes of this home. The lock is always
 * released. `fn` gets a signal that is aborted with the context's signal and when the lock is lost (the machine slept and another
 * process took it); then LOCK_LOST is thrown. It also gets `stillHeld`, to call right before an irreversible step: after a sleep
 * the signal is aborted only a moment later.
 * @throws BUSY (or `options.busy`) if another process holds the lock for longer than `waitMs`, LOCK_LOST, INTERRUPTED
 */
export async function withLock<T>(
  ctx: LockContext,
  name: string,
  options: LockOptions,
  fn: (signal: AbortSignal, stillHeld: StillHeld) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  const release = await acquire(ctx, name, options, (error) => lost.abort(lostLock(name, options, error)));
  const signal = AbortSignal.any([ctx.signal, lost.signal]);
  const stalls = watchStalls(ctx.clock);
  try {
    const result = await fn(signal, async () => {
      await stalls.settle(signal);
      signal.throwIfAborted();
    });
    lost.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    stalls.end();
    await release().catch(() => undefined);
  }
}

/**
 * Detects that this process was suspended for so long that another process may have taken its lock. Then `settle` waits for the
 * next update of the lock, which detects a lost lock.
 */
function watchStalls(clock: LockContext["clock"]): { settle(signal: AbortSignal): Promise<void>; end(): void } {
  const now = (): number => clock.now().getTime();
  let last = now();
  let doubtfulUntil = 0;
  const beat = (): void => {
    if (now() - last > 2 * updateMs) doubtfulUntil = now() + 2 * updateMs;
    last = now();
  };
  const timer = setInterval(beat, updateMs / 4).unref();
  return {
    settle: async (signal) => {
      for (beat(); now() < doubtfulUntil && !signal.aborted; beat()) await delay(pollMs);
    },
    end: () => clearInterval(timer),
  };
}

/** Whether a process holds the lock now. Does not take it. */
export async function isLocked(ctx: Pick<Context, "paths">, name: string): Promise<boolean> {
  const target = lockTarget(ctx, name);
  // The usual case needs no library: proper-lockfile creates this folder for a lock.
  if (!existsSync(`${target}.lock`)) return false;
  const { check } = await import("proper-lockfile");
  return check(target, { realpath: false, stale: staleMs });
}

/** The same without a library, for readers of many sessions: a live holder updates its lock all the time, by the real clock. */
export function isHeld(ctx: Pick<Context, "paths">, name: string): boolean {
  const stats = lookAtPath(`${lockTarget(ctx, name)}.lock`);
  return stats !== undefined && stats.mtimeMs >= Date.now() - staleMs;
}

async function acquire(
  ctx: LockContext,
  name: string,
  options: LockOptions,
  onLost: (error: Error) => void,
): Promise<() => Promise<void>> {
  const { lock } = await import("proper-lockfile");
  const target = lockTarget(ctx, name);
  await ensureFolder(dirname(target));
  const giveUpAt = ctx.clock.now().getTime() + (options.waitMs ?? defaultWaitMs);
  let waited = false;
  for (;;) {
    try {
      ctx.signal.throwIfAborted();
      return await lock(target, {
        realpath: false,
        stale: staleMs,
        update: updateMs,
        retries: 0,
        onCompromised: onLost,
      });
    } catch (error) {
      if (errorCode(error) !== "ELOCKED") throw toCoworkError(error);
      if (ctx.clock.now().getTime() >= giveUpAt) throw busy(name, options);
      if (!waited) options.onWait?.();
      waited = true;
      await ctx.clock.sleep(pollMs, ctx.signal).catch((cause: unknown) => {
        throw toCoworkError(cause);
      });
    }
  }
}

/** A name may contain any character (an engine's id, a path). One that is not a plain file name is hashed. */
function lockTarget(ctx: Pick<Context, "paths">, name: string): string {
  const safe = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name);
  return ctx.paths.lock(safe ? name : `h-${createHash("sha256").update(name).digest("hex")}`);
}

function busy(name: string, options: LockOptions): CoworkError {
  const hint = "wait until it ends, then run the same command again";
  return new CoworkError(
    options.busy ?? "BUSY",
    `Another cowork command is working on ${plain(options.what ?? name)}.`,
    {
      hint,
    },
  );
}

function lostLock(name: string, options: LockOptions, cause: Error): CoworkError {
  const message = `The lock of ${plain(options.what ?? name)} was lost, perhaps because the machine slept.`;
  return new CoworkError("LOCK_LOST", message, { hint: "run the same command again", cause });
}
