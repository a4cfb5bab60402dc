import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeOld } from "../../system/files/remove-old.ts";

const prefix = "devcontainer-";
const abandonedMs = 24 * 3_600_000;

/**
 * Runs a function with a new temporary folder in the state folder and removes it afterwards. Also removes folders that killed runs
 * left there more than a day ago.
 */
export async function withTemporaryFolder<T>(ctx: Context, fn: (folder: string) => Promise<T>): Promise<T> {
  const parent = join(ctx.paths.stateRoot, ".tmp");
  await ensureFolder(parent, { mode: 0o700 });
  await removeOld(ctx, parent, abandonedMs, (name) => !name.startsWith(prefix));
  const folder = join(parent, `${prefix}${randomBytes(6).toString("hex")}`);
  await ensureFolder(folder, { mode: 0o700 });
  try {
    return await fn(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
