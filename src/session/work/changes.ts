import { readdirSync, watch, type FSWatcher } from "node:fs";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { lookIfOpen } from "../../system/files/files.ts";

/** How often the files are looked at: on some systems (Docker Desktop, network file systems) nothing tells of their changes. */
const lookMs = 1_000;

/** What of the sessions of this home has been written. Two readings are equal if nothing that a history shows was. */
export interface Reading {
  /** of histories, and of what containers reported and asked */
  histories: string;
  /** of the records: sessions that were made, started, changed, removed */
  records: string;
}

/** Reads names, sizes and times only: some five calls of the system for each session, and nothing of the engine. */
export function readChanges({ paths }: Pick<Context, "paths">): Reading {
  const [histories, records]: [string[], string[]] = [[], []];
  for (const id of sessionIds(paths.stateRoot)) {
    histories.push(id, ...historyOf(paths, id).map(stampOf));
    records.push(id, stampOf(paths.record(id)));
  }
  return { histories: histories.join(" "), records: records.join(" ") };
}

/** Resolves once something differs from the reading, after `ms`, or when the signal fires. */
export async function waitForChange(
  { paths }: Pick<Context, "paths">,
  before: Reading,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<void> {
  // Before the comparison: what is written after it differs from these.
  const isSame = comparison(paths);
  const now = readChanges({ paths });
  if (signal.aborted || now.histories !== before.histories || now.records !== before.records) return;
  const changed = Promise.withResolvers<void>();
  const look = (): void => void (isSame() || changed.resolve());
  const watchers = foldersOf(paths).flatMap((folder) => watchFolder(folder, look));
  const timers = [setInterval(look, lookMs), setTimeout(changed.resolve, ms)];
  const onAbort = (): void => changed.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  // Something may have been written before the folders were watched.
  look();
  try {
    await changed.promise;
  } finally {
    // A server waits again and again with the signal of its whole life.
    signal.removeEventListener("abort", onAbort);
    for (const timer of timers) clearInterval(timer);
    for (const watcher of watchers) watcher.close();
  }
}

function historyOf(paths: Context["paths"], id: string): string[] {
  const events = paths.events(id);
  return [paths.eventLog(id), paths.journal(id), join(events, "inbox"), join(events, "asks"), join(events, "mail")];
}

/**
 * Whether nothing has been written since now. A server asks this each second, all day: paths are made once, and numbers are compared
 * instead of texts, which takes a third of the time.
 */
function comparison(paths: Context["paths"]): () => boolean {
  const ids = sessionIds(paths.stateRoot);
  const files = ids.flatMap((id) => [...historyOf(paths, id), paths.record(id)]);
  const seen = files.map(lookIfOpen);
  return () => {
    const names = sessionIds(paths.stateRoot);
    if (names.length !== ids.length || names.some((name, index) => name !== ids[index])) return false;
    return files.every((path, index) => {
      const [now, then] = [lookIfOpen(path), seen[index]];
      return now?.ino === then?.ino && now?.size === then?.size && now?.mtimeMs === then?.mtimeMs;
    });
  };
}

function sessionIds(root: string): string[] {
  try {
    return readdirSync(root).filter((name) => !name.startsWith(".") && name !== "locks");
  } catch {
    return [];
  }
}

/** What a container put in the place of its folder is not followed. */
function stampOf(path: string): string {
  const stats = lookIfOpen(path);
  return stats === undefined ? "-" : `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}

function foldersOf(paths: Context["paths"]): string[] {
  const own = sessionIds(paths.stateRoot).flatMap((id) => {
    const events = paths.events(id);
    return [paths.state(id), join(events, "inbox"), join(events, "asks"), join(events, "mail")];
  });
  return [paths.stateRoot, ...own].filter((path) => {
    return lookIfOpen(path)?.isDirectory() === true;
  });
}

/** Only makes it quicker: where folders cannot be watched, or no more of them, looking again finds what changed. */
function watchFolder(folder: string, onChange: () => void): FSWatcher[] {
  try {
    return [watch(folder, { persistent: false }, onChange).on("error", () => undefined)];
  } catch {
    return [];
  }
}
