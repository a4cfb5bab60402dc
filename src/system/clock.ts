export interface Clock {
  now(): Date;
  /** Resolves after so many milliseconds; rejects with an AbortError when the signal fires first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
