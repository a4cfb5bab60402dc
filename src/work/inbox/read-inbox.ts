import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import type { HookReport } from "../../agent/at-work.ts";
import { toCoworkError } from "../../errors.ts";
import { isAbsent } from "../../system/files/files.ts";
import { errorCode, isClosed, openFolder, type Name, type OpenFolder } from "../../system/files/open-folder.ts";
import { eventOf, maxReport, parseReport } from "./parse-report.ts";

// The inbox belongs to the session's container: anything can be in it, and it can change at any time.

/** Entries that are looked at in one go. More stay where they are until the next time. */
const maxEntries = 50_000;

export interface Inbox {
  /** entries that look like reports, the oldest first */
  reports: { name: string; at: number }[];
  /** reports that no one finished: their hook was ended */
  unfinished: Buffer[];
  /** everything else; names as bytes */
  others: Buffer[];
}

/**
 * Opens the inbox of a session, without following links.
 * @returns undefined if there is none, or the container closed it; `blocked` if something else is in its place
 */
export async function openInbox(events: string): Promise<OpenFolder | "blocked" | undefined> {
  const path = join(events, "inbox");
  const parent = await openFolder(events).catch(() => undefined);
  if (parent === undefined) return undefined;
  try {
    return await openFolder(path, { through: parent.at("inbox") });
  } catch (error) {
    if (errorCode(error) === "ENOTDIR" || errorCode(error) === "ELOOP") return "blocked";
    if (isAbsent(error) || isClosed(error)) return undefined;
    throw toCoworkError(error);
  } finally {
    await parent.close();
  }
}

/** Lists an inbox. Reports that are still being written start with a dot. */
export function listInbox(inbox: OpenFolder, now: number): Inbox {
  const found: Inbox = { reports: [], unfinished: [], others: [] };
  const folder = opendirSync(inbox.at("."), { encoding: "buffer" as BufferEncoding });
  try {
    for (let count = 0; count < maxEntries; count += 1) {
      const entry = folder.readSync();
      if (entry === null) break;
      const bytes = Buffer.from(entry.name);
      const name = bytes.toString("latin1");
      const stats = lstatSync(inbox.at(bytes), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (stats.isFile() && eventOf(name) !== undefined) found.reports.push({ name, at: stats.mtimeMs });
      else if (!stats.isFile() || eventOf(name.slice(1)) === undefined) found.others.push(bytes);
      else if (now - stats.mtimeMs > unfinishedMs) found.unfinished.push(bytes);
    }
  } finally {
    folder.closeSync();
  }
  found.reports.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  return found;
}

const unfinishedMs = 60_000;

/** @returns undefined: no longer there, too large, or not a report */
export function readReport(inbox: OpenFolder, name: string): HookReport | undefined {
  const file = openRegular(inbox.at(name));
  if (file === undefined) return undefined;
  try {
    const { size, mtimeMs } = fstatSync(file);
    if (size > maxReport) return undefined;
    const bytes = Buffer.alloc(maxReport + 1);
    let total = 0;
    for (let read = 1; read > 0 && total < bytes.length; total += read)
      read = readSync(file, bytes, total, bytes.length - total, null);
    if (total > maxReport) return undefined;
    return parseReport(bytes.subarray(0, total), mtimeMs, eventOf(name));
  } finally {
    closeSync(file);
  }
}

function openRegular(path: Name): number | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (fstatSync(file).isFile()) return file;
  } catch {
    return undefined;
  }
  closeSync(file);
  return undefined;
}

/** Removes an entry. A folder with something in it stays: emptying it could take any time. @returns whether it is gone */
export function removeEntry(inbox: OpenFolder, name: Name): boolean {
  for (const remove of [unlinkSync, rmdirSync]) {
    try {
      remove(inbox.at(name));
      return true;
    } catch (error) {
      if (isAbsent(error)) return true;
    }
  }
  return false;
}
