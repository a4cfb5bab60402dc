import type { Offered } from "../rpc/peer.ts";

/** Wraps functions so that `idle` can wait until none of them is running. */
export function countCalls(offered: Offered): { counted: Offered; idle: () => Promise<unknown> } {
  const running = new Set<Promise<unknown>>();
  const count =
    (work: Offered[string]): Offered[string] =>
    async (...args) => {
      const done = Promise.resolve(work(...args));
      running.add(done);
      try {
        return await done;
      } finally {
        running.delete(done);
      }
    };
  const counted = Object.fromEntries(Object.entries(offered).map(([name, work]) => [name, count(work)]));
  return { counted, idle: async () => await Promise.allSettled(running) };
}
