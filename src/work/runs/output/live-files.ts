import { join } from "node:path";
import { inside } from "../../../agent/parts.ts";
import type { Context } from "../../../system/context.ts";
import { ensureFolder } from "../../../system/files/files.ts";
import { readSmallFile } from "../../../system/files/small-file.ts";
import { toCoworkError } from "../../../errors.ts";

// The live files of a run, in a folder that the container writes to: what they say is a claim, and no link in their path is followed.

/** The folder as the container sees it. */
export function liveInside(n: number): string {
  return `${inside.events}/run-${n}`;
}

/** The folder on the host. */
export function liveFolder(ctx: Pick<Context, "paths">, id: string, n: number): string {
  return join(ctx.paths.events(id), `run-${n}`);
}

/** Created by the host, so that the host's user can remove what a container's root made in it. */
export async function makeLiveFolder(ctx: Pick<Context, "paths" | "user">, id: string, n: number): Promise<void> {
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await ensureFolder(liveFolder(ctx, id, n), { mode: 0o700, uid, gid, root: ctx.paths.events(id) });
}

/** The exit code that the script wrote; undefined: none yet, or not a number. */
export function readExit(ctx: Pick<Context, "paths">, id: string, n: number): number | undefined {
  const code = /^(\d{1,3})\n$/.exec(readLive(ctx, id, n, "exit"))?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Process id of the agent in the container, and its start time in clock ticks. */
export function readPid(
  ctx: Pick<Context, "paths">,
  id: string,
  n: number,
): { pid: string; startTicks: string } | undefined {
  const [, pid, startTicks] = /^(\d{1,10}) (\d{1,20})\n$/.exec(readLive(ctx, id, n, "pid")) ?? [];
  return pid === undefined || startTicks === undefined ? undefined : { pid, startTicks };
}

/** What the agent printed to stderr, the first part of it. */
export function readErrors(ctx: Pick<Context, "paths">, id: string, n: number): string {
  return readLive(ctx, id, n, "err");
}

function readLive(ctx: Pick<Context, "paths">, id: string, n: number, name: string): string {
  try {
    const path = join(liveFolder(ctx, id, n), name);
    return readSmallFile(path, { maxBytes: 64 * 1024, root: ctx.paths.events(id) })?.toString("utf8") ?? "";
  } catch (error) {
    // A folder that was replaced by a link, a file that is too large, or one that may not be read.
    const { code } = toCoworkError(error);
    if (["FILE_TOO_LARGE", "PERMISSION_DENIED", "INTERNAL"].includes(code)) return "";
    throw error;
  }
}
