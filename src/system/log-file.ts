import { appendFileSync, constants, lstatSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "./clock.ts";
import { plain } from "./text.ts";

export interface LogLimits {
  /** rotate a file larger than this; default 1 MiB */
  maxBytes?: number;
  /** number of older files to keep as `.1`, `.2`, …; default 3 */
  keep?: number;
}

/**
 * Creates a log file (0600) with a timestamp on each line. It writes synchronously, so that a crash loses nothing, and never
 * throws: a full disk must not hide the error to be logged.
 */
export function createLog(path: string, clock: Clock, limits: LogLimits = {}): (line: string) => void {
  let ready = false;
  return (line) => {
    try {
      if (!ready) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      ready = true;
      rotateLog(path, limits);
      const flag = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
      appendFileSync(path, `${clock.now().toISOString()} ${plain(line)}\n`, { mode: 0o600, flag: flag as never });
    } catch {
      // A full disk must not hide the error to be logged.
    }
  };
}

/** Renames a log that has grown too large. Call it before a child process writes to the file. Does nothing without a file. */
export function rotateLog(path: string, limits: LogLimits = {}): void {
  const { maxBytes = 1024 * 1024, keep = 3 } = limits;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.size < maxBytes) return;
  for (let age = keep - 1; age >= 0; age--) {
    const from = age === 0 ? path : `${path}.${age}`;
    if (lstatSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${age + 1}`);
  }
}
