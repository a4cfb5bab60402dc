import { appendFileSync, constants, lstatSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "./clock.ts";
import { plain } from "./text.ts";

export interface LogLimits {
  /** a file that is larger makes room for a new one; default 1 MiB */
  maxBytes?: number;
  /** older files kept beside it as `.1`, `.2`, …; default 3 */
  keep?: number;
}

/**
 * A log of one line at a time, each with the time in front, 0600. It is written at once, so that a crash loses nothing, and
 * it never throws: a full disk must not hide the error that was to be logged.
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
      // See above.
    }
  };
}

/** Moves a log that has grown too large aside; call it before a child gets the file to write to. Never throws for an absent one. */
export function rotateLog(path: string, limits: LogLimits = {}): void {
  const { maxBytes = 1024 * 1024, keep = 3 } = limits;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.size < maxBytes) return;
  for (let age = keep - 1; age >= 0; age--) {
    const from = age === 0 ? path : `${path}.${age}`;
    if (lstatSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${age + 1}`);
  }
}
