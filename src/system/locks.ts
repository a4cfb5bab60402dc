import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CoworkError, toCoworkError } from "../errors.ts";
import type { Context } from "./context.ts";
import { ensureFolder } from "./files/files.ts";
import { errorCode } from "./files/open-folder.ts";
import { plain } from "./text.ts";

/** A lock whose holder was killed is free again after so long; a living holder says every second that it lives. */
const staleMs = 5_000;
const updateMs = 1_000;
/** Longer than a dead holder's lock lasts, so that a crash never shows as BUSY. */
const defaultWaitMs = 10_000;
const lookEveryMs = 100;

export interface LockOptions {
  /** how long to wait for whoever has it; default 10 000 */
  waitMs?: number;
  /** called once, when it is not free at once */
  onWait?: () => void;
  /** what is locked, for the message: `session a` */
  what?: string;
  /** the error when somebody else has it for too long; default BUSY */
  busy?: "BUSY" | "SESSION_BUSY";
}

/**
 * Makes sure that the lock is still ours.
 * @throws LOCK_LOST when it was lost, and what the signal was aborted with
 */
export type StillHeld = () => Promise<void>;

type LockContext = Pick<Context, "paths" | "clock" | "signal">;

/**
 * Does something while holding the lock of that name, among all cowork processes of this home. The lock is given back
 * whatever happens. `fn` gets a signal that fires on the context's one and when the lock was lost (the machine slept and
 * somebody else took it): work then ends and LOCK_LOST is thrown. It also gets `stillHeld`, to be called right before
 * something that cannot be taken back: after a sleep the signal fires only a moment later.
 * @throws BUSY (or `options.busy`) when somebody else has it for longer than `waitMs`, LOCK_LOST, INTERRUPTED
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
 * Notices that this process stood still for so long that its lock may have been taken: then the next update of the lock has to
 * be waited for, which finds out.
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
      for (beat(); now() < doubtfulUntil && !signal.aborted; beat()) await delay(lookEveryMs);
    },
    end: () => clearInterval(timer),
  };
}

/** Is somebody at work under this lock right now? Takes nothing. */
export async function isLocked(ctx: Pick<Context, "paths">, name: string): Promise<boolean> {
  const target = lockTarget(ctx, name);
  // The usual case needs no library: without the folder that proper-lockfile makes nobody has it.
  if (!existsSync(`${target}.lock`)) return false;
  const { check } = await import("proper-lockfile");
  return check(target, { realpath: false, stale: staleMs });
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
      await ctx.clock.sleep(lookEveryMs, ctx.signal).catch((cause: unknown) => {
        throw toCoworkError(cause);
      });
    }
  }
}

/** Names may hold anything (an engine's id, a path): what is no plain file name is hashed. */
function lockTarget(ctx: Pick<Context, "paths">, name: string): string {
  const safe = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(name);
  return ctx.paths.lock(safe ? name : `h-${createHash("sha256").update(name).digest("hex")}`);
}

function busy(name: string, options: LockOptions): CoworkError {
  const hint = "wait until it has ended, then run the same command again";
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
