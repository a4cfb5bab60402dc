import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { writeFileAtomic } from "../../system/files/files.ts";

// On a full disk not even the end of a run could be written, and it would look like a crash. So its folder has a little space from the
// start, which is given back when the end is written.

/** A few blocks: for `run.json`, an event, and a folder that grows. */
const bytes = 64 * 1024;

function reserveFile(ctx: Pick<Context, "paths">, id: string, n: number): string {
  return join(ctx.paths.run(id, n), "reserve");
}

/** Random, because some file systems compress. @throws DISK_FULL */
export async function reserveSpace(ctx: Pick<Context, "paths">, id: string, n: number): Promise<void> {
  await writeFileAtomic(reserveFile(ctx, id, n), randomBytes(bytes), { mode: 0o600 });
}

export async function releaseSpace(ctx: Pick<Context, "paths">, id: string, n: number): Promise<void> {
  await rm(reserveFile(ctx, id, n), { force: true });
}
