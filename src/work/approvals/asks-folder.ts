import { closeSync, constants, existsSync, lstatSync, opendirSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import type { Context, FilesContext } from "../../system/context.ts";
import { recall } from "../../system/files/file-memory.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { errorCode, isAbsent, isClosed } from "../../system/files/open-folder.ts";
import { maxNames, maxRequestBytes } from "./limits.ts";

// `events/asks`: the container writes here. No link is followed, names that are not ours are skipped, and only a bounded number of
// them is read, whatever is in the folder.

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ended = /^(?:done|gone)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Requests in the container, by the random id that the hook gave them. */
export interface Asks {
  /** whose hook waits for an answer */
  waiting: Set<string>;
  /** whose hook ended: with an answer, or because the agent or its terminal went on */
  ended: Set<string>;
  /** there are more names than are read */
  more: boolean;
}

/** Reads names only. */
export function listAsks(ctx: FilesContext, id: string): Asks {
  const folder = join(ctx.paths.events(id), "asks");
  return (
    recall(ctx.memory, folder, () => inFolder(ctx, id, listIn)) ?? { waiting: new Set(), ended: new Set(), more: false }
  );
}

function listIn(base: string): Asks {
  const asks: Asks = { waiting: new Set(), ended: new Set(), more: false };
  const folder = opendirSync(base);
  try {
    for (let count = 0; ; count += 1) {
      const name = folder.readSync()?.name;
      if (name === undefined) return asks;
      if (count === maxNames) return { ...asks, more: true };
      if (uuid.test(name)) asks.waiting.add(name);
      const [, over] = ended.exec(name) ?? [];
      if (over !== undefined) asks.ended.add(over);
    }
  } finally {
    folder.closeSync();
  }
}

/** A file's identity, to notice that it was written again. */
export interface Stamp {
  inode: number;
  size: number;
  modified: number;
}

/**
 * Reads one request.
 * @returns undefined if it is gone; without `bytes` if it is not a regular file or too large
 */
export function readAsk(
  ctx: Pick<Context, "paths">,
  id: string,
  name: string,
): (Stamp & { bytes?: Buffer }) | undefined {
  const stamp = lookAtAsk(ctx, id, name);
  if (stamp === undefined) return undefined;
  try {
    const path = join(ctx.paths.events(id), "asks", name);
    const bytes = readSmallFile(path, { maxBytes: maxRequestBytes + 1, root: ctx.paths.events(id) });
    return bytes === undefined ? stamp : { ...stamp, bytes };
  } catch {
    return stamp;
  }
}

export function lookAtAsk(ctx: Pick<Context, "paths">, id: string, name: string): Stamp | undefined {
  const stats = inFolder(ctx, id, (base) => lstatSync(`${base}/${name}`, { throwIfNoEntry: false }));
  return stats && { inode: stats.ino, size: stats.size, modified: stats.mtimeMs };
}

/** Removes what the hook left of ended requests. */
export function removeEnded(ctx: Pick<Context, "paths">, id: string, names: Iterable<string>): void {
  inFolder(ctx, id, (base) => {
    for (const name of names) for (const how of ["done", "gone"]) removeEntry(`${base}/${how}.${name}`);
  });
}

/** Empties the folder as far as it is read; the hooks of a container that starts again are gone. */
export function removeAsks(ctx: Pick<Context, "paths">, id: string): void {
  const { waiting, ended: over } = listAsks(ctx, id);
  inFolder(ctx, id, (base) => {
    for (const name of waiting) removeEntry(`${base}/${name}`);
  });
  removeEnded(ctx, id, over);
}

/** A folder of that name stays: it is not ours. */
function removeEntry(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isAbsent(error) && !["EISDIR", "EPERM", "EACCES"].includes(errorCode(error) ?? "")) throw error;
  }
}

/**
 * Calls `work` with a path that leads to the very folder that was opened. Undefined if there is none, a link is in its place, or the
 * container closed it: one session must not break the commands about all.
 */
function inFolder<T>(ctx: Pick<Context, "paths">, id: string, work: (base: string) => T): T | undefined {
  const open: number[] = [];
  const enter = (path: string, flags = 0): string => {
    // eslint-disable-next-line no-bitwise -- flags
    const handle = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | flags);
    open.push(handle);
    return existsSync(`/proc/self/fd/${handle}`) ? `/proc/self/fd/${handle}` : path;
  };
  try {
    const base = enter(`${enter(ctx.paths.events(id))}/asks`, constants.O_NOFOLLOW);
    return work(base);
  } catch (error) {
    if (isAbsent(error) || isClosed(error) || errorCode(error) === "ELOOP") return undefined;
    throw error;
  } finally {
    for (const handle of open) closeSync(handle);
  }
}
