import type { Context } from "../../system/context.ts";
import type { Offered } from "../seam/peer.ts";
import type { Streams } from "../seam/streams.ts";
import { takeCarried } from "./carried.ts";
import { findLackingLfs, takeLfs } from "./store-lfs.ts";
import { findLacking, type StoredIdentity, takeBundle, type Upload, uploadedBytes } from "./store.ts";

/** How a project comes to this host: its commits, what git-lfs keeps of it, files that go along. */
export function offerStore(ctx: Context, streams: Streams): Offered {
  return {
    storeLacks: async (project: StoredIdentity, oids: string[]) => ({
      ...(await findLacking(ctx, project, oids)),
      gitDir: ctx.paths.store(project.name),
    }),
    storeHas: async (project: StoredIdentity, id: string) => await uploadedBytes(ctx, project, id),
    storeTake: async (project: StoredIdentity, upload: Upload, stream: number) =>
      await takeBundle(ctx, project, upload, streams.take(stream)),
    lfsLacks: async (project: StoredIdentity, oids: string[]) => await findLackingLfs(ctx, project, oids),
    lfsTake: async (project: StoredIdentity, oids: string[], stream: number) =>
      await takeLfs(ctx, project, oids, streams.take(stream)),
    carriedTake: async (id: string, stream: number) => await takeCarried(ctx, id, streams.take(stream)),
  };
}
