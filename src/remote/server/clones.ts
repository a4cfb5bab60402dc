import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { cloneOffers } from "../../contract/remote/offers.ts";
import type { SentOptions } from "../../contract/remote/store.ts";
import { CoworkError } from "../../errors.ts";
import type { SessionHost, OpenClone } from "../../session/session-host.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { offer } from "../rpc/offer.ts";
import type { Offered } from "../rpc/peer.ts";
import type { Streams } from "../rpc/streams.ts";

/** Functions to open clones, identified by number. A clone is closed when the client closes it or is gone. */
export function offerClones(
  ctx: Context,
  host: SessionHost,
  streams: Streams,
): { offered: Offered; closeAll(): Promise<void> } {
  const open = new Map<number, OpenClone>();
  let count = 0;
  const get = (lease: number): OpenClone => {
    const clone = open.get(lease);
    if (clone === undefined) throw new CoworkError("REQUEST_INVALID", "That clone is not open.");
    return clone;
  };
  const close = async (lease: number): Promise<void> => {
    const clone = get(lease);
    open.delete(lease);
    await clone.close();
  };
  const keep = (clone: OpenClone): { lease: number } & Omit<OpenClone, "inside" | "close"> => {
    open.set((count += 1), clone);
    const { name, path, start, identity } = clone;
    return { lease: count, name, path, start, identity };
  };
  return {
    offered: offer(cloneOffers, {
      cloneOpen: async (selector) => keep(await host.openClone(selector)),
      cloneRead: async (selector) => keep(await host.readClone(selector)),
      cloneScript: async (lease, text, options) => await get(lease).inside.script(text, received(options)),
      cloneSave: async (lease, text, options, stream) => {
        const folder = join(ctx.paths.stateRoot, ".tmp", `out-${randomBytes(8).toString("hex")}`);
        await ensureFolder(folder, { mode: 0o700 });
        try {
          const file = join(folder, "out");
          const result = await get(lease).inside.save(text, file, received(options));
          await streams.pump(stream, createReadStream(file));
          return result;
        } finally {
          await removeTree(folder);
        }
      },
      cloneClose: close,
    }),
    closeAll: async () => {
      for (const lease of open.keys()) await close(lease).catch((error: unknown) => ctx.log(`clone: ${String(error)}`));
    },
  };
}

function received({ input, ...rest }: SentOptions): Omit<SentOptions, "input"> & { input?: Uint8Array } {
  return { ...rest, ...(input === undefined ? {} : { input: Buffer.from(input, "base64") }) };
}
