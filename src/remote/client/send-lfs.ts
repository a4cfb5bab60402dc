import { stat } from "node:fs/promises";
import { join } from "node:path";
import { lfsFiles } from "../../clone/git/lfs-store.ts";
import { storeOffers } from "../../contract/remote/offers.ts";
import type { StoredIdentity } from "../../contract/remote/store.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ask } from "./answers.ts";
import type { Link } from "./link.ts";
import { sendArchive, addFile } from "./send-archive.ts";

/** Sends the git-lfs objects that the project has and the host's store lacks. */
export async function sendLfs(ctx: Context, link: Link, identity: StoredIdentity, source: Source): Promise<void> {
  const folder = join(source.gitDir, "lfs", "objects");
  const files = new Map((await lfsFiles(folder)).map((path) => [path.slice(-64), path]));
  if (files.size === 0) return;
  const answer = await ask(link.peer, storeOffers, "lfsLacks", identity, [...files.keys()]);
  const lacks = answer.filter((oid) => files.has(oid));
  if (lacks.length === 0) return;
  ctx.report({
    session: "",
    step: "plan",
    state: "note",
    detail: `sending ${lacks.length} git-lfs objects`,
  });
  await sendArchive(
    link,
    (stream) => ask(link.peer, storeOffers, "lfsTake", identity, lacks, stream),
    async (archive) => {
      for (const oid of lacks) {
        const path = files.get(oid) ?? oid;
        await addFile(archive, path, join(folder, path), await stat(join(folder, path)));
      }
    },
  );
}
