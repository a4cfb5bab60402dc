import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { removeTree } from "./tree.ts";

/**
 * Takes away what commands that were killed left in a folder of ours: everything directly in it that was not touched for so long.
 * @param keep entries that stay however old they are
 */
export async function removeOld(
  ctx: Pick<Context, "clock">,
  folder: string,
  olderThanMs: number,
  keep: (name: string) => boolean | Promise<boolean> = () => false,
): Promise<void> {
  const now = ctx.clock.now().getTime();
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > olderThanMs && !(await keep(name))) await removeTree(path);
  }
}
