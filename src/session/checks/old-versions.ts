import { ownCommand } from "../../hint.ts";
import { adviceOf } from "./advice.ts";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { removeTree } from "../../system/files/tree.ts";
import type { Check } from "../session-host.ts";

/** How many of the newest versions are kept, besides those of the last days: a shell in tmux may still run an older one. */
const keptVersions = 3;
const keptMs = 30 * 24 * 3600_000;

/**
 * Finds older versions of cowork's own program: unpacked by this machine (`lib/cowork`) or copied here by another one
 * (`lib/remote`). With `fix` they are removed; a removed version unpacks itself again when it is started.
 */
export async function checkOldVersions(ctx: Context, { fix }: { fix: boolean }): Promise<Check[]> {
  const old = [...(await oldBelow(ctx, "cowork")), ...(await oldBelow(ctx, "remote"))];
  if (old.length === 0) return [];
  const title = "Old versions";
  if (!fix) {
    const detail = `${old.length} older versions of cowork, besides the newest ${keptVersions}`;
    return [{ title, status: "warning", detail, ...adviceOf([ownCommand("doctor", "--fix")]) }];
  }
  for (const folder of old) await removeTree(folder);
  return [{ title, status: "fixed", detail: `${old.length} older versions of cowork removed` }];
}

async function oldBelow(ctx: Context, name: string): Promise<string[]> {
  const parent = join(ctx.paths.lib, name);
  const found = await Promise.all(
    (await readdir(parent).catch(() => []))
      .filter((entry) => /^[0-9a-f]{12}$/.test(entry))
      .map(async (entry) => {
        const folder = join(parent, entry);
        const stats = await stat(folder).catch(() => undefined);
        return { folder, time: stats?.mtimeMs ?? Infinity };
      }),
  );
  const before = ctx.clock.now().getTime() - keptMs;
  const oldest = found.toSorted((a, b) => b.time - a.time).slice(keptVersions);
  return oldest.filter(({ time }) => time < before).map(({ folder }) => folder);
}
