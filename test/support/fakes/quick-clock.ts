import type { Clock } from "../../../src/system/clock.ts";

export interface QuickClock extends Clock {
  /** ms since its start */
  passed(): number;
}

/**
 * A clock on which waiting takes no time: when nothing else happens, it goes on to the next moment that something waits for. What is
 * done without waiting takes no time on it.
 */
export function quickClock(start = new Date("2026-03-01T12:00:00.000Z")): QuickClock {
  let now = start.getTime();
  const waiting = new Set<{ at: number; wake: () => void }>();
  const goOn = (): void => {
    const [next] = [...waiting].toSorted((a, b) => a.at - b.at);
    if (next === undefined) return;
    now = Math.max(now, next.at);
    waiting.delete(next);
    next.wake();
  };
  return {
    now: () => new Date(now),
    passed: () => now - start.getTime(),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const entry = { at: now + milliseconds, wake: resolve };
        waiting.add(entry);
        signal?.addEventListener(
          "abort",
          () => {
            waiting.delete(entry);
            reject(new DOMException("The operation was aborted.", "AbortError"));
          },
          { once: true },
        );
        // Long enough for promises and small files.
        setTimeout(goOn, 10);
      });
    },
  };
}
