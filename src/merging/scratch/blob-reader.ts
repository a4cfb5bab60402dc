import type { Context } from "../../system/context.ts";
import { readBlobs, readSizes, textOf } from "./blobs.ts";
import type { Scratch } from "./scratch-git.ts";

/** Larger contents are not read. In bytes. */
export const maxBlobBytes = 1024 * 1024;
/** Read by one call. */
const maxTotalBytes = 128 * 1024 * 1024;

/** Reads sizes and contents, each once, and as many as it can in one call of git. */
export interface BlobReader {
  /** In bytes, without those that are not there. What is not a blob counts as endless. */
  sizes(oids: Iterable<string>): Promise<ReadonlyMap<string, number>>;
  /** It is read together with the first content that is asked for, or by `load`. */
  announce(oid: string): void;
  /** Reads what was announced, as much of it as one call may. */
  load(): Promise<void>;
  /** undefined: binary, not UTF-8, too large, or not there */
  text(oid: string): Promise<string | undefined>;
}

export function createBlobReader(
  ctx: Context,
  scratch: Pick<Scratch, "gitDir">,
  totalBytes = maxTotalBytes,
): BlobReader {
  const [announced, known] = [new Set<string>(), new Map<string, number>()];
  const texts = new Map<string, string | undefined>();
  let reading: Promise<void> = Promise.resolve();
  const sizes = async (oids: Iterable<string>): Promise<ReadonlyMap<string, number>> => {
    const asked = [...new Set(oids)].filter((oid) => !known.has(oid));
    for (const [oid, size] of await readSizes(ctx, scratch, asked)) known.set(oid, size);
    return known;
  };
  const load = async (first: string): Promise<void> => {
    if (texts.has(first)) return;
    announced.delete(first);
    const wanted = [first, ...announced].filter((oid) => !texts.has(oid));
    announced.clear();
    await sizes(wanted);
    const now: string[] = [];
    let total = 0;
    for (const oid of wanted) {
      const size = known.get(oid) ?? Infinity;
      if (size > maxBlobBytes) texts.set(oid, undefined);
      else if (now.length > 0 && total + size > totalBytes) announced.add(oid);
      else {
        now.push(oid);
        total += size;
      }
    }
    const found = await readBlobs(ctx, scratch, now);
    for (const oid of now) texts.set(oid, textOf(found.get(oid)));
  };
  const loadNext = async (first: string): Promise<void> => {
    // One after the other, so that nothing is read twice.
    const loading = async (): Promise<void> => await load(first);
    await (reading = reading.then(loading, loading));
  };
  return {
    sizes,
    announce: (oid) => void announced.add(oid),
    load: async () => {
      const [first] = announced;
      if (first !== undefined) await loadNext(first);
    },
    text: async (oid) => {
      if (!texts.has(oid)) await loadNext(oid);
      return texts.get(oid);
    },
  };
}
