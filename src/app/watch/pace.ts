import type { Clock } from "../../system/clock.ts";

export interface Pace {
  /** Something may have changed: the pause ends as soon as the last look has been rested from. */
  hint: () => void;
  /** The pause ends at once. */
  now: () => void;
  /** Waits until the next look is due. @throws the reason of the signal */
  pause(limits: { restMs: number; pollMs: number }): Promise<void>;
}

/** When to look again: after `pollMs`, earlier after a hint, but not before `restMs`. @param signal ends a pause */
export function createPace(clock: Clock, signal: AbortSignal): Pace {
  let isHinted = false;
  let isNow = false;
  // One listener for the whole life: a signal that lives for days would collect those of each pause.
  let wake = new AbortController();
  signal.addEventListener("abort", () => wake.abort(), { once: true });
  const sleep = async (ms: number): Promise<void> => {
    wake = new AbortController();
    signal.throwIfAborted();
    try {
      await clock.sleep(ms, wake.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!wake.signal.aborted) throw error;
    }
  };
  return {
    hint: () => {
      isHinted = true;
      wake.abort();
    },
    now: () => {
      isNow = true;
      wake.abort();
    },
    pause: async ({ restMs, pollMs }) => {
      const start = clock.now().getTime();
      for (;;) {
        signal.throwIfAborted();
        const passed = clock.now().getTime() - start;
        const due = isHinted ? Math.min(restMs, pollMs) : pollMs;
        // Below 0: the clock was set back.
        if (isNow || passed >= due || passed < 0) break;
        await sleep(due - passed);
      }
      isHinted = false;
      isNow = false;
    },
  };
}
