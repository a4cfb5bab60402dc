import { join } from "node:path";
import * as z from "zod/mini";
import { parseJson } from "../../contract/common.ts";
import { conflictClass, conflictPath } from "../../contract/merging/conflicts.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";

const verdict = z.object({ class: conflictClass, paths: z.array(conflictPath) });
const cacheFile = z.object({ schema: z.literal(1), key: z.string(), pairs: z.record(z.string(), verdict) });

/** How two commits merge. It never changes, so it is kept. */
export type Verdict = z.infer<typeof verdict>;

export interface PairCache {
  find(a: string, b: string): Verdict | undefined;
  /** @param options `save`: false for one that the next look may improve */
  keep(a: string, b: string, found: Verdict, options?: { save: boolean }): void;
  /** Writes the file, if something was added. */
  save(): Promise<void>;
}

/** More are not kept; the oldest go. */
const maxPairs = 6_000;
const maxBytes = 32 * 1024 * 1024;

/** @param key results that were found under another one do not count */
export async function openPairCache(ctx: Context, name: string, key: string): Promise<PairCache> {
  const path = join(ctx.paths.conflicts, `${name}.pairs.json`);
  const text = await readTextFile(path, { maxBytes }).catch(() => undefined);
  const read = cacheFile.safeParse(parseJson(text ?? ""));
  const pairs = new Map(read.success && read.data.key === key ? Object.entries(read.data.pairs) : []);
  const passing = new Set<string>();
  let changed = false;
  const idOf = (a: string, b: string): string => [a, b].toSorted().join(" ");
  return {
    find: (a, b) => pairs.get(idOf(a, b)),
    keep: (a, b, found, { save } = { save: true }) => {
      if (save) changed = true;
      else passing.add(idOf(a, b));
      pairs.set(idOf(a, b), found);
    },
    save: async () => {
      if (!changed) return;
      const kept = Object.fromEntries([...pairs].filter(([id]) => !passing.has(id)).slice(-maxPairs));
      const content = JSON.stringify({ schema: 1, key, pairs: kept });
      if (content.length <= maxBytes) await writeFileAtomic(path, content, { mode: 0o600, isCache: true });
    },
  };
}
