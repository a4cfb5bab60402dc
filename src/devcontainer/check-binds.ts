import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { plain } from "../system/text.ts";
import { readSnapshot } from "./snapshot.ts";

/**
 * Makes sure that no folder of the clone that the container mounts has become a link meanwhile: the engine would follow it, and
 * mount what it leads to on the host. To be called right before the container starts, while nothing writes to the clone.
 * @throws UP_FAILED naming the path
 */
export async function checkBinds(ctx: Context, session: { id: string; name: string }): Promise<void> {
  const plan = await readSnapshot(ctx, session.id);
  for (const path of plan?.cloneBinds ?? []) {
    let place = ctx.paths.clone(session.id);
    for (const part of path.split("/").filter((each) => each !== "")) {
      place = join(place, part);
      const found = await lstat(place).catch(() => undefined);
      if (found === undefined) break;
      if (!found.isSymbolicLink()) continue;
      throw new CoworkError("UP_FAILED", `${plain(session.name)} mounts ${plain(path)}, which has become a link.`, {
        hint: `put a folder or file in its place: ${plain(place)}`,
      });
    }
  }
}
