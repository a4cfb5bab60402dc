import { watch, type FSWatcher } from "node:fs";

export interface FolderWatch {
  /** Watches exactly these folders from now on. One that cannot be watched is left out. */
  set(folders: Iterable<string>): void;
  close(): void;
}

/** A folder that changes more often than this between two calls of `set` is not watched any more. */
const maxEvents = 500;

/**
 * Calls `onChange` when something in one of the folders changes, not in folders below them. Only a hint: changes may be missed, so the
 * caller must also look from time to time. A folder that a container writes to may change without end: it is given up.
 */
export function watchFolders(onChange: () => void): FolderWatch {
  const watchers = new Map<string, { watcher: FSWatcher; events: number }>();
  const noisy = new Set<string>();
  const stop = (folder: string): void => {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  };
  const start = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        const entry = watchers.get(folder);
        if (entry === undefined) return;
        entry.events += 1;
        if (entry.events > maxEvents) {
          noisy.add(folder);
          stop(folder);
        }
        onChange();
      });
      watcher.on("error", () => stop(folder));
      watchers.set(folder, { watcher, events: 0 });
    } catch {
      // It is gone, or the system has no more watches.
    }
  };
  return {
    set: (folders) => {
      const wanted = new Set(folders);
      for (const folder of watchers.keys()) if (!wanted.has(folder)) stop(folder);
      for (const entry of watchers.values()) entry.events = 0;
      for (const folder of wanted) if (!watchers.has(folder) && !noisy.has(folder)) start(folder);
    },
    close: () => {
      for (const folder of watchers.keys()) stop(folder);
    },
  };
}
