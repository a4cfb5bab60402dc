import type { Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";
import { editConf, parseConf } from "./conf-text.ts";
import { readConfText, type ConfOptions } from "./read.ts";

/**
 * Sets or removes (undefined) one key. Creates the file and its folder if they are missing. Takes no lock: use `changeConf` if
 * another process may write at the same time.
 * @throws CONFIG_FILE_CORRUPT, PERMISSION_DENIED, DISK_FULL
 */
export async function setConfValue(
  path: string,
  key: string,
  value: string | undefined,
  options: ConfOptions = {},
): Promise<void> {
  await editConfFile(path, (text) => editConf(text, key, value), options);
}

export interface WriteOptions extends ConfOptions {
  /** the change has a secret: from then on only the user can read the file */
  private?: boolean;
}

/**
 * Changes keys of a file under a lock. `decide` gets the current values and returns the changes (undefined: remove the key). The
 * file is not written if nothing changes.
 * @throws as `setConfValue`, and BUSY
 */
export async function changeConf(
  ctx: Pick<Context, "paths" | "clock" | "signal">,
  path: string,
  decide: (values: Readonly<Record<string, string>>) => Record<string, string | undefined>,
  options: WriteOptions = {},
): Promise<void> {
  const edit = (text: string): string => {
    const values = parseConf(text);
    const changes = Object.entries(decide(values)).filter(([key, value]) => values[key] !== value);
    return changes.reduce((edited, [key, value]) => editConf(edited, key, value), text);
  };
  await withLock(ctx, `conf:${path}`, { what: path }, () => editConfFile(path, edit, options));
}

async function editConfFile(path: string, edit: (text: string) => string, options: WriteOptions): Promise<void> {
  const old = (await readConfText(path, options)) ?? "";
  const edited = edit(old);
  if (edited === old) return;
  try {
    const target = options.follow ? await realpath(path).catch(() => path) : path;
    const before = await stat(target).catch(() => undefined);
    if (before !== undefined) {
      await replace(target, edited, before, options.private === true);
      return;
    }
    // As root in another user's project, new files belong to the project's owner.
    const folder = dirname(target);
    const existing = await stat(folder).catch(() => undefined);
    const { uid, gid } = existing ?? (await stat(dirname(folder)));
    if (existing === undefined) await ensureFolder(folder, { mode: 0o755, uid, gid });
    await writeFileAtomic(target, edited, { mode: options.private === true ? 0o600 : 0o644, uid, gid });
  } catch (error) {
    throw toCoworkError(error);
  }
}

/** Keeps the file's owner if permitted. Otherwise (a project shared by several users) the file becomes the writer's. */
async function replace(path: string, text: string, before: Stats, isPrivate: boolean): Promise<void> {
  const mode = before.mode & (isPrivate ? 0o7700 : 0o7777);
  try {
    await writeFileAtomic(path, text, { mode, uid: before.uid, gid: before.gid });
  } catch (error) {
    if (toCoworkError(error).code !== "PERMISSION_DENIED") throw error;
    await writeFileAtomic(path, text, { mode });
  }
}
