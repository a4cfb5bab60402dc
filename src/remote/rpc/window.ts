/** How much of a stream may be under way: taken by what is sent, given back by what the other side has taken. */
export interface Window {
  /** Takes so many bytes; resolves when there is room for more. */
  take(bytes: number): Promise<void>;
  give(bytes: number): void;
  /** Resolves when nothing is under way any more. */
  empty(): Promise<void>;
  /** Nobody wants the rest: nobody waits any longer. */
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
