import { open } from "node:fs/promises";
import type { Writable } from "node:stream";
import { constants } from "node:fs";
import type { Context } from "../../system/context.ts";
import { plainLines } from "../../system/text.ts";
import { selectOne } from "../record/records.ts";
import type { Selector } from "../types.ts";

const pollMs = 300;

/**
 * Writes the dev container's start-up log, without control characters; with `follow` also new lines, across log rotation, until
 * the signal fires.
 * @throws SESSION_NOT_FOUND
 */
export async function showLogs(
  ctx: Context,
  selector: Selector & { names: [string] },
  options: { follow: boolean },
  out: Writable,
): Promise<void> {
  const entry = await selectOne(ctx, selector);
  const path = ctx.paths.upLog(entry.id);
  let position = { inode: 0, offset: 0 };
  for (;;) {
    position = await copyNews(path, position, out);
    if (!options.follow || ctx.signal.aborted) break;
    await ctx.clock.sleep(pollMs, ctx.signal).catch(() => undefined);
  }
}

/** Copies what was added since `position`. A file with another inode, or one that shrank, is new and read from its start. */
async function copyNews(
  path: string,
  position: { inode: number; offset: number },
  out: Writable,
): Promise<{ inode: number; offset: number }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (file === undefined) return position;
  try {
    const { ino, size } = await file.stat();
    let offset = ino === position.inode && size >= position.offset ? position.offset : 0;
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) break;
      // Whole lines only, so that a multi-byte character is never cut; an incomplete last line is copied once it ends.
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1 || bytesRead;
      out.write(
        plainLines(buffer.subarray(0, end).toString("utf8"))
          .map((line) => `${line}\n`)
          .join(""),
      );
      offset += end;
    }
    return { inode: ino, offset };
  } finally {
    await file.close();
  }
}
