import { lstatSync, type Stats } from "node:fs";

/** What files and folders contained when they were read last: for a reader that looks at the same ones every second. */
export interface FileMemory {
  /** What `read` returned for this path, if it is still the same file with the same content; otherwise it is read again. */
  recall<T>(path: string, read: () => T): T | undefined;
}

/**
 * Times of files advance in ticks, of some file systems in seconds: a file that was just written can be written again without a new
 * time. It is read each time until it is older than this. In ms.
 */
const settledMs = 2_500;
/** More would be another use than the one that this is for. */
const maxPaths = 20_000;

interface Remembered {
  stats: Stats;
  value: unknown;
}

/** @param now the time that the file system uses, in ms */
export function createFileMemory(now: () => number = Date.now): FileMemory {
  /** Undefined: read once. Most commands read each file only once, and need not look at it twice. */
  const seen = new Map<string, Remembered | undefined>();
  return {
    recall: <T>(path: string, read: () => T): T | undefined => {
      if (!seen.has(path)) {
        if (seen.size >= maxPaths) seen.clear();
        seen.set(path, undefined);
        return read();
      }
      const found = statsOf(path);
      if (found === "absent") {
        seen.set(path, undefined);
        return undefined;
      }
      const known = seen.get(path);
      // The caller reads one path in one way only.
      if (known !== undefined && found !== undefined && isSame(known.stats, found)) return known.value as T;
      seen.set(path, undefined);
      // Whatever is wrong with it, reading says.
      const value = read();
      const isSettled = found !== undefined && Math.max(found.mtimeMs, found.ctimeMs) < now() - settledMs;
      if (isSettled) seen.set(path, { stats: found, value });
      return value;
    },
  };
}

/** Reads through the memory; without one, always. Undefined if nothing is there. What is returned must not be changed. */
export function recall<T>(memory: FileMemory | undefined, path: string, read: () => T): T | undefined {
  return memory === undefined ? read() : memory.recall(path, read);
}

/**
 * A link on the way is followed, although a container may have put it there: only the very file that was read before, on the same
 * device and with the same number, counts as unchanged. A program can set the time of the content, but not that of the last change.
 */
function statsOf(path: string): Stats | "absent" | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? "absent";
  } catch {
    return undefined;
  }
}

/** The times are exact to a quarter of a microsecond. */
function isSame(a: Stats, b: Stats): boolean {
  const isThere = a.dev === b.dev && a.ino === b.ino && a.mode === b.mode;
  return isThere && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}
