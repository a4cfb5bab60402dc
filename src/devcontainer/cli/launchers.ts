import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readAssets } from "../../assets.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

/** All programs for containers go into one folder, under their file names. */
const sources = ["templates/container/", "templates/agent/bin/"];
// Mount points: the session's own files and the agent's program are mounted inside the launchers' folder.
const mountPoints = ["session", "agents"];

/**
 * Writes the programs that containers see at /opt/cowork/bin, into one folder per content: running containers keep the version that
 * they were made with.
 * @returns the folder to mount at /opt/cowork
 * @throws DISK_FULL, PERMISSION_DENIED
 */
export async function writeLaunchers(ctx: Pick<Context, "paths">): Promise<string> {
  const { files, hash } = await readAssets(sources);
  const parent = join(ctx.paths.lib, "container");
  const target = join(parent, hash);
  if (await isComplete(target, files)) return target;
  const temporary = join(parent, `.${basename(target)}-${randomBytes(6).toString("hex")}`);
  try {
    await writeAll(temporary, files);
    await moveInto(temporary, target, async () => isComplete(target, files));
    return target;
  } catch (error) {
    throw toCoworkError(error);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * If several processes do this, the first one wins. A complete folder is never removed, because a container may be starting with
 * it. An incomplete one was interrupted or tampered with, and has no data of the user.
 */
async function moveInto(temporary: string, target: string, isThere: () => Promise<boolean>): Promise<void> {
  const broken = `${temporary}.broken`;
  for (let tries = 3; ; tries--) {
    try {
      return await rename(temporary, target);
    } catch (error) {
      if (await isThere()) return;
      if (tries === 0) throw error;
    }
    await rename(target, broken).catch(() => undefined);
    await rm(broken, { recursive: true, force: true });
  }
}

async function isComplete(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
  try {
    if ((await readdir(join(folder, "bin"))).length !== files.size) return false;
    for (const [name, content] of files) {
      const { size, mode } = await stat(join(folder, "bin", name));
      if (size !== content.length || (mode & 0o777) !== 0o755) return false;
    }
    await Promise.all(mountPoints.map((name) => stat(join(folder, name))));
    return true;
  } catch {
    return false;
  }
}

/** Readable and executable for all users in a container, independent of this process's umask. */
async function writeAll(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const path of [folder, join(folder, "bin"), ...mountPoints.map((name) => join(folder, name))]) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o755);
  }
  for (const [name, content] of files) {
    const path = join(folder, "bin", name);
    await writeFile(path, content);
    await chmod(path, 0o755);
  }
}
