import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { lfsFiles } from "../../clone/lfs-store.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { answers } from "./answers.ts";
import type { Link } from "./link.ts";

/** Brings to the host's store the objects of git-lfs that the project has and the store lacks. Nothing for a project without. */
export async function sendLfs(
  ctx: Context,
  link: Link,
  identity: { name: string; rootCommit: string },
  source: Source,
): Promise<void> {
  const folder = join(source.gitDir, "lfs", "objects");
  const files = new Map((await lfsFiles(folder)).map((path) => [path.slice(-64), path]));
  if (files.size === 0) return;
  const answer = await link.peer.call("lfsLacks", identity, [...files.keys()]);
  const lacks = answers.texts(answer, link.connection.host).filter((oid) => files.has(oid));
  if (lacks.length === 0) return;
  ctx.report({
    session: "",
    step: "plan",
    state: "note",
    detail: `sending ${lacks.length} objects of git-lfs`,
  });
  const stream = link.nextStream();
  const bytes = new PassThrough();
  await Promise.all([
    link.peer.call("lfsTake", identity, lacks, stream),
    link.streams.pump(stream, bytes),
    packObjects(
      folder,
      lacks.map((oid) => files.get(oid) ?? oid),
      bytes,
    ),
  ]);
}

async function packObjects(folder: string, paths: readonly string[], target: PassThrough): Promise<void> {
  const { pack } = await import("tar-stream");
  const archive = pack();
  const add = async (): Promise<void> => {
    for (const path of paths) {
      const { size } = await stat(join(folder, path));
      const entry = archive.entry({ name: path, size });
      if (size === 0) entry.end(Buffer.alloc(0));
      else await pipeline(createReadStream(join(folder, path), { end: size - 1 }), entry);
    }
    archive.finalize();
  };
  await Promise.all([add(), pipeline(archive, target)]);
}
