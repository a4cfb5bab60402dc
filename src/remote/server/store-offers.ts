import { storeOffers } from "../../contract/remote/offers.ts";
import type { Context } from "../../system/context.ts";
import { offer } from "../rpc/offer.ts";
import type { Offered } from "../rpc/peer.ts";
import type { Streams } from "../rpc/streams.ts";
import { takeCarried } from "./carried.ts";
import { findLackingLfs, takeLfs } from "./store-lfs.ts";
import { findLacking, takeBundle, uploadedBytes } from "./store.ts";

/** Functions to send a project to this host: its commits, git-lfs objects and uncommitted files. */
export function offerStore(ctx: Context, streams: Streams): Offered {
  return offer(storeOffers, {
    storeLacks: async (project, oids) => ({
      ...(await findLacking(ctx, project, oids)),
      gitDir: ctx.paths.store(project.name),
    }),
    storeHas: async (project, id) => await uploadedBytes(ctx, project, id),
    storeTake: async (project, upload, stream) => await takeBundle(ctx, project, upload, streams.take(stream)),
    lfsLacks: async (project, oids) => await findLackingLfs(ctx, project, oids),
    lfsTake: async (project, oids, stream) => await takeLfs(ctx, project, oids, streams.take(stream)),
    carriedTake: async (id, stream) => await takeCarried(ctx, id, streams.take(stream)),
  });
}
