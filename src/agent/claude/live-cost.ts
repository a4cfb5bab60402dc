import type { Context } from "../../system/context.ts";
import { openRegularFile } from "../../system/files/regular-file.ts";
import { transcripts } from "./transcripts.ts";

/** Enough for what the program writes between two answers of the model; the newest entry is almost always in the last block. */
const tailBytes = 1024 * 1024;
const blockBytes = 64 * 1024;
/** Longer than an entry, which may be in two blocks. */
const overlap = 256;

/**
 * USD that a process with `--max-budget-usd` has spent so far: the program tells the model before each request, and keeps that in the
 * transcript. The output has it only in results.
 * @param budget of that process: what earlier ones of the conversation wrote has another one
 */
export async function readSpent(
  ctx: Pick<Context, "paths">,
  { id, conversation, budget }: { id: string; conversation: string; budget: number },
): Promise<number | undefined> {
  const { root, files } = transcripts.find(ctx, id);
  const found = files.find((file) => file.conversation === conversation);
  const file = found === undefined ? undefined : await openRegularFile(found.path, { root });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafe(blockBytes + overlap);
    for (let end = size; end > Math.max(0, size - tailBytes); end -= blockBytes) {
      const from = Math.max(0, end - blockBytes);
      const { bytesRead } = await file.read(buffer, 0, Math.min(size, end + overlap) - from, from);
      const spent = lastSpent(buffer.toString("latin1", 0, bytesRead), budget);
      if (spent !== undefined) return spent;
    }
    return undefined;
  } finally {
    await file.close();
  }
}

/** Pure. */
export function lastSpent(text: string, budget: number): number | undefined {
  const entries = [...text.matchAll(/"type":"budget_usd","used":([\d.e+-]{1,30}),"total":([\d.e+-]{1,30}),/g)];
  const last = entries.findLast(([, , total]) => Number(total) === budget);
  const used = Number(last?.[1]);
  return Number.isFinite(used) && used >= 0 ? used : undefined;
}
