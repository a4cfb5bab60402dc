/** A function that loads something, never twice at once: calls in between lead to one more load afterwards. */
export function refresher(load: () => Promise<void>, restMs = 150): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const run = async (): Promise<void> => {
    do {
      isWanted = false;
      const began = performance.now();
      await load();
      // A burst of events is one load, not one for each, and a slow answer is not asked for all the time.
      const rest = Math.max(restMs, 3 * (performance.now() - began));
      await new Promise((resolve) => setTimeout(resolve, rest));
    } while (isWanted);
  };
  return async () => {
    isWanted = true;
    running ??= run().finally(() => {
      running = undefined;
    });
    await running;
  };
}

/** The earlier objects where nothing changed, so that only rows that changed are drawn again. */
export function keepSame<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string): T[] {
  const known = new Map(before.map((item) => [keyOf(item), item]));
  return after.map((item) => {
    const old = known.get(keyOf(item));
    return old !== undefined && JSON.stringify(old) === JSON.stringify(item) ? old : item;
  });
}
