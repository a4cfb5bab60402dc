import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { storedApproval, type StoredApproval } from "../../contract/work/stored-approval.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { isAbsent } from "../../system/files/open-folder.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { maxClosed, maxRequestBytes } from "./limits.ts";

// `state/{id}/approvals`: host only. Answers are made from these copies, never from what is in the container.

type StoreContext = Pick<Context, "paths">;

/** JSON may need six bytes for one of the request's. */
const maxBytes = 8 * maxRequestBytes;
const fileName = /^([a-z][a-z0-9]{2,7})\.json$/;

/** Every request of a session that is kept, the oldest first. A file that cannot be read is skipped. */
export function readStored(ctx: StoreContext, id: string): StoredApproval[] {
  const all = storedNames(ctx, id).flatMap((name) => readOne(ctx, id, name) ?? []);
  return all.toSorted((a, b) => compare(a.askedAt, b.askedAt) || compare(a.id, b.id));
}

export function readOne(ctx: StoreContext, id: string, word: string): StoredApproval | undefined {
  if (!fileName.test(`${word}.json`)) return undefined;
  try {
    const bytes = readSmallFile(pathOf(ctx, id, word), { maxBytes });
    const found = storedApproval.safeParse(JSON.parse(bytes?.toString("utf8") ?? "null"));
    return found.success && found.data.id === word ? found.data : undefined;
  } catch {
    return undefined;
  }
}

/** The words that a session's requests have. */
export function storedNames({ paths }: StoreContext, id: string): string[] {
  try {
    return readdirSync(paths.approvals(id)).flatMap((name) => fileName.exec(name)?.[1] ?? []);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Whether a request of another session has the word, too: people answer by it. */
export function isElsewhere({ paths }: StoreContext, word: string): boolean {
  return readdirSync(paths.stateRoot).some((id) => storedNames({ paths }, id).includes(word));
}

export async function writeStored(ctx: StoreContext, id: string, one: StoredApproval): Promise<void> {
  await ensureFolder(ctx.paths.approvals(id), { mode: 0o700 });
  await writeFileAtomic(pathOf(ctx, id, one.id), `${JSON.stringify(one, null, 2)}\n`);
}

/** Removes the oldest decided requests, so that a session cannot fill the disk. */
export function removeOldest(ctx: StoreContext, id: string, all: readonly StoredApproval[]): void {
  const closed = all.filter(({ state }) => state !== "open");
  for (const one of closed.slice(0, Math.max(0, closed.length - maxClosed)))
    rmSync(pathOf(ctx, id, one.id), { force: true });
}

function pathOf({ paths }: StoreContext, id: string, word: string): string {
  return join(paths.approvals(id), `${word}.json`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
