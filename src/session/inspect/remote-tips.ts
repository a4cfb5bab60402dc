import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";

/** Far more than any project has remote branches. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Stores the commits of the remote branches that the clone was created with. The project may drop such branches later (`git fetch
 * --prune`), but those commits were never the session's work.
 */
export async function writeRemoteTips(ctx: Pick<Context, "paths">, id: string, oids: readonly string[]): Promise<void> {
  await writeFileAtomic(fileOf(ctx, id), oids.map((oid) => `${oid}\n`).join(""), { mode: 0o600 });
}

/** Empty if nothing was stored: sessions of an older cowork. */
export async function readRemoteTips(ctx: Pick<Context, "paths">, id: string): Promise<string[]> {
  const text = (await readTextFile(fileOf(ctx, id), { maxBytes }).catch(() => undefined)) ?? "";
  return text.split("\n").filter((line) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(line));
}

function fileOf({ paths }: Pick<Context, "paths">, id: string): string {
  return join(paths.state(id), "remote-tips");
}
