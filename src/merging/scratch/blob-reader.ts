import type { Context } from "../../system/context.ts";
import { readBlobs, textOf } from "./blobs.ts";
import type { Scratch } from "./scratch-git.ts";

/** Reads contents when the first of them is asked for: all that were announced, in one call of git. */
export interface BlobReader {
  announce(oid: string): void;
  /** undefined: binary, not UTF-8, too large, or not there */
  text(oid: string): Promise<string | undefined>;
}

export function createBlobReader(ctx: Context, scratch: Scratch): BlobReader {
  const [announced, texts] = [new Set<string>(), new Map<string, string | undefined>()];
  let reading: Promise<void> = Promise.resolve();
  const load = async (): Promise<void> => {
    const wanted = [...announced].filter((oid) => !texts.has(oid));
    announced.clear();
    if (wanted.length === 0) return;
    const found = await readBlobs(ctx, scratch, wanted);
    for (const oid of wanted) texts.set(oid, textOf(found.get(oid)));
  };
  return {
    announce: (oid) => void announced.add(oid),
    text: async (oid) => {
      if (!texts.has(oid)) {
        announced.add(oid);
        // One after the other, so that nothing is read twice.
        reading = reading.then(load, load);
        await reading;
      }
      return texts.get(oid);
    },
  };
}
