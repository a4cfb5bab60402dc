/** Longer than one look at a run takes; after more, the machine slept. In ms. */
const mostMs = 30_000;

/** Counts the time that a run works: not while it waits for a person or a usage limit, and not while the machine sleeps. */
export interface WorkingTime {
  readonly ms: number;
  tick(now: number, isWorking: boolean): void;
}

export function createWorkingTime(from: number): WorkingTime {
  let ms = from;
  let last: number | undefined;
  return {
    get ms() {
      return ms;
    },
    tick(now, isWorking) {
      if (isWorking && last !== undefined) ms += Math.min(mostMs, Math.max(0, now - last));
      last = now;
    },
  };
}
