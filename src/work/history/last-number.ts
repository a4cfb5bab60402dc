import { open } from "node:fs/promises";
import { historyEvent } from "../../contract/work/history.ts";
import type { Context } from "../../system/context.ts";
import { isAbsent } from "../../system/files/files.ts";

/** Longer than any line: the last whole line is always in it. */
const tailBytes = 256 * 1024;

/** The highest number in a session's history; 0 if it has none. */
export async function lastNumber(ctx: Pick<Context, "paths">, id: string): Promise<number> {
  const paths = [ctx.paths.eventLog(id), ctx.paths.journal(id)];
  return Math.max(0, ...(await Promise.all(paths.map(lastIn))));
}

async function lastIn(path: string): Promise<number> {
  const file = await open(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (file === undefined) return 0;
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - tailBytes);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    const lines = buffer.subarray(0, bytesRead).toString("utf8").split("\n");
    for (const line of lines.toReversed()) {
      const event = parseEvent(line);
      if (event !== undefined) return event.n;
    }
    return 0;
  } finally {
    await file.close();
  }
}

/** Undefined for a line that a crash cut. */
export function parseEvent(line: string): ReturnType<typeof historyEvent.parse> | undefined {
  if (line === "") return undefined;
  try {
    const found = historyEvent.safeParse(JSON.parse(line));
    return found.success ? found.data : undefined;
  } catch {
    return undefined;
  }
}
