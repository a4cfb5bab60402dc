import { realpath, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists, readRegularFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";

export type SetupContext = Pick<
  Context,
  "paths" | "clock" | "signal" | "env" | "user" | "run" | "self" | "log" | "ask" | "askSecret"
>;

const maxBytes = 4 * 1024 * 1024;

/**
 * Reads a file of the user as latin1, so that any encoding is preserved. undefined: it does not exist.
 * @throws PERMISSION_DENIED, FILE_TOO_LARGE
 */
export async function readUserFile(path: string): Promise<string | undefined> {
  const target = await targetOf(path);
  const bytes = await readRegularFile(target, { maxBytes });
  if (bytes !== undefined) return Buffer.from(bytes).toString("latin1");
  if (!(await pathExists(target))) return undefined;
  throw new CoworkError("PERMISSION_DENIED", `${plain(path)} is not a regular file.`, {
    hint: "move it away, then run the same command again",
  });
}

/**
 * Changes a file of the user, keeping a link to it, its mode and its owner.
 * @param edit returns undefined if the file is to be deleted
 * @param options.private from then on only the user can read it
 * @throws PERMISSION_DENIED, FILE_TOO_LARGE, DISK_FULL, SESSION_BUSY
 */
export async function editUserFile(
  ctx: SetupContext,
  path: string,
  edit: (text: string | undefined) => string | undefined,
  options: { private?: boolean } = {},
): Promise<void> {
  await ensureFolder(ctx.paths.home, { mode: 0o700 });
  await withLock(ctx, "setup", { what: path }, async () => {
    const before = await readUserFile(path);
    const after = edit(before);
    const target = await targetOf(path);
    if (after === before) return;
    if (after === undefined) return await rm(target, { force: true });
    if (before === undefined) await ensureFolder(dirname(target), { mode: 0o755 });
    const { mode, uid, gid } = before === undefined ? { mode: 0o644 } : await stat(target);
    const owner = uid === undefined || gid === undefined ? {} : { uid, gid };
    await writeFileAtomic(target, Buffer.from(after, "latin1"), {
      mode: mode & (options.private === true ? 0o7700 : 0o7777),
      ...owner,
    });
  });
}

/** The file may be a link into a folder of dotfiles; the link is kept. */
async function targetOf(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
