import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { takeLfsObjects } from "../git/lfs-store.ts";
import { savedBy } from "../unsaved/saved.ts";
import type { GitInside } from "../types.ts";

const script = String.raw`
T=$(mktemp) || exit 95
sed 's|^\(..\)\(..\)|\1/\2/\1\2|' >"$T"
cd "$GIT_COMMON_DIR/lfs/objects" && tar -cf - -T "$T"
c=$?
rm -f "$T"
exit $c
`;

/**
 * Copies git-lfs objects that the project lacks into its store: with the commits alone the files would be pointers. An object is
 * accepted only if its content matches the hash in its name.
 * @returns notes about missing objects
 */
export async function bringLfs(
  ctx: Context,
  inside: GitInside,
  source: Source,
  oids: readonly string[],
): Promise<string[]> {
  const saved = savedBy(ctx, source, { ask: false });
  const missing = new Set<string>();
  for (const oid of oids) if (!(await saved.hasLfs(oid))) missing.add(oid);
  if (missing.size === 0) return [];
  const folder = join(ctx.paths.stateRoot, ".tmp");
  await ensureFolder(folder, { mode: 0o700 });
  const file = join(folder, `lfs-${randomBytes(8).toString("hex")}.tar`);
  try {
    const input = Buffer.from([...missing].map((oid) => `${oid}\n`).join(""));
    await inside.save(script, file, { input, timeoutMs: 30 * 60_000, maxBytes: 64 * 1024 ** 3 });
    await takeLfsObjects(createReadStream(file), missing, join(source.gitDir, "lfs"));
  } finally {
    await removeTree(file);
  }
  return missing.size === 0 ? [] : [`${missing.size} objects of git-lfs could not be copied`];
}
