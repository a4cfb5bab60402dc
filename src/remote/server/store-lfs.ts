import { join } from "node:path";
import type { Readable } from "node:stream";
import { lfsFiles, takeLfsObjects } from "../../clone/git/lfs-store.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { storeFolder, type StoredIdentity } from "./store.ts";

/** Returns which of these git-lfs objects the project's store lacks. */
export async function findLackingLfs(
  ctx: Context,
  project: StoredIdentity,
  oids: readonly string[],
): Promise<string[]> {
  const there = new Set((await lfsFiles(join(lfsFolder(ctx, project), "objects"))).map((path) => path.slice(-64)));
  return oids.filter((oid) => !there.has(oid));
}

/** Receives the objects as a tar archive. The complete objects of an interrupted transfer are kept. */
export async function takeLfs(
  ctx: Context,
  project: StoredIdentity,
  oids: readonly string[],
  archive: Readable,
): Promise<void> {
  const missing = new Set(oids);
  await takeLfsObjects(archive, missing, lfsFolder(ctx, project));
  if (missing.size === 0) return;
  throw new CoworkError("GIT_FAILED", `${missing.size} git-lfs objects were damaged or lost in transfer.`, {
    hint: "run the same command again",
  });
}

function lfsFolder(ctx: Context, project: StoredIdentity): string {
  return join(storeFolder(ctx, project), "lfs");
}
