/** A flow control window: sending takes from it, and the other side's acknowledgements give back. */
export interface Window {
  /** Takes a number of bytes; resolves when there is room for more. */
  take(bytes: number): Promise<void>;
  give(bytes: number): void;
  /** Resolves when everything was acknowledged. */
  empty(): Promise<void>;
  /** Stops the stream: pending calls resolve. */
  stop(): void;
  isStopped(): boolean;
}

export function createWindow(size: number, onStop: () => void): Window {
  const state = { room: size, stopped: false, wake: Promise.withResolvers<void>() };
  const until = async (isMet: () => boolean): Promise<void> => {
    while (!isMet()) {
      state.wake = Promise.withResolvers();
      await state.wake.promise;
    }
  };
  return {
    take: async (bytes) => {
      state.room -= bytes;
      await until(() => state.stopped || state.room > 0);
    },
    give: (bytes) => {
      state.room += bytes;
      state.wake.resolve();
    },
    empty: async () => await until(() => state.stopped || state.room >= size),
    stop: () => {
      if (state.stopped) return;
      state.stopped = true;
      state.wake.resolve();
      onStop();
    },
    isStopped: () => state.stopped,
  };
}
