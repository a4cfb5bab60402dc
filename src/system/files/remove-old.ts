import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { removeTree } from "./tree.ts";

/**
 * Removes what killed commands left in one of cowork's folders: every entry that has not been modified for `olderThanMs`.
 * @param keep entries to keep, however old they are
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
