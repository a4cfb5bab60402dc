import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { storedApproval, type StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { isAbsent } from "../../system/files/open-folder.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { maxClosed, maxRequestBytes } from "./limits.ts";

// `state/{id}/approvals`: host only. Answers are made from these copies, never from what is in the container. Decided requests are in
// `closed/{id}.{uuid}.json`, so that taking in reads open ones only, however many there were.

type StoreContext = Pick<Context, "paths">;

/** JSON may need six bytes for one of the request's. */
const maxBytes = 8 * maxRequestBytes;
const word = "[a-z][a-z0-9]{2,7}";
const openName = new RegExp(`^(${word})\\.json$`);
const closedName = new RegExp(`^(${word})\\.([0-9a-f-]{36})\\.json$`);

/** A session's open requests, the oldest first. A file that cannot be read is skipped. */
export function readOpen(ctx: StoreContext, id: string): StoredApproval[] {
  const folder = ctx.paths.approvals(id);
  const all = namesIn(folder, openName).flatMap(([name]) => read(join(folder, name)) ?? []);
  return all.toSorted((a, b) => compare(a.askedAt, b.askedAt) || compare(a.id, b.id));
}

/** A request, open or decided. */
export function readOne(ctx: StoreContext, id: string, wanted: string): StoredApproval | undefined {
  if (!openName.test(`${wanted}.json`)) return undefined;
  const open = read(join(ctx.paths.approvals(id), `${wanted}.json`));
  if (open !== undefined) return open;
  const closed = closedOf(ctx, id).find((one) => one.word === wanted);
  return closed && read(closed.path);
}

/** Writes an open request. */
export async function writeOpen(ctx: StoreContext, id: string, one: StoredApproval): Promise<void> {
  await ensureFolder(ctx.paths.approvals(id), { mode: 0o700 });
  await writeFileAtomic(join(ctx.paths.approvals(id), `${one.id}.json`), toText(one));
}

/** Writes a decided request in the place of the open one. The oldest ones are removed, so that a session cannot fill the disk. */
export async function writeClosed(ctx: StoreContext, id: string, one: StoredApproval): Promise<void> {
  await ensureFolder(closedFolder(ctx, id), { mode: 0o700 });
  await writeFileAtomic(join(closedFolder(ctx, id), `${one.id}.${one.uuid}.json`), toText(one));
  rmSync(join(ctx.paths.approvals(id), `${one.id}.json`), { force: true });
  const closed = closedOf(ctx, id);
  if (closed.length <= maxClosed) return;
  const byAge = closed.toSorted((a, b) => a.modified - b.modified);
  for (const { path } of byAge.slice(0, closed.length - maxClosed)) rmSync(path, { force: true });
}

export interface ClosedFile {
  word: string;
  uuid: string;
  path: string;
  /** ms since 1970 */
  modified: number;
}

/** What the names and times of a session's decided requests say. */
export function closedOf(ctx: StoreContext, id: string): ClosedFile[] {
  const folder = closedFolder(ctx, id);
  return namesIn(folder, closedName).map(([name, found = "", uuid = ""]) => {
    const path = join(folder, name);
    return { word: found, uuid, path, modified: lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
}

/** Whether a request of any session has the word: people answer by it. */
export function isTaken(ctx: StoreContext, wanted: string): boolean {
  return readdirSync(ctx.paths.stateRoot).some((id) => {
    const open = namesIn(ctx.paths.approvals(id), openName).some(([, found]) => found === wanted);
    return open || namesIn(closedFolder(ctx, id), closedName).some(([, found]) => found === wanted);
  });
}

function closedFolder({ paths }: StoreContext, id: string): string {
  return join(paths.approvals(id), "closed");
}

function namesIn(folder: string, form: RegExp): RegExpExecArray[] {
  try {
    return readdirSync(folder)
      .map((name) => form.exec(name))
      .filter((found) => found !== null);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function read(path: string): StoredApproval | undefined {
  try {
    const bytes = readSmallFile(path, { maxBytes });
    const found = storedApproval.safeParse(JSON.parse(bytes?.toString("utf8") ?? "null"));
    return found.success ? found.data : undefined;
  } catch {
    return undefined;
  }
}

function toText(one: StoredApproval): string {
  return `${JSON.stringify(one, null, 2)}\n`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
