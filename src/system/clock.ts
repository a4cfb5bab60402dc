import { setTimeout as wait } from "node:timers/promises";

export interface Clock {
  now(): Date;
  /** Resolves after so many milliseconds; rejects with an AbortError if the signal is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal === undefined ? {} : { signal }),
};
