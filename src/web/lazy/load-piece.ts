const waitsMs = [500, 2_000, 8_000];

/**
 * Loads a piece of the page that is in a file of its own. A browser drops what it is loading when the machine's networks change, as
 * they do when a container starts, so this tries again.
 * @param load a function with the `import()`
 * @throws what the last attempt threw
 */
export async function loadPiece<T>(load: () => Promise<T>): Promise<T> {
  for (const ms of waitsMs) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
  return await load();
}
