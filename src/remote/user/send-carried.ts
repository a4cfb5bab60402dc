import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Pack } from "tar-stream";
import type { CarryRequest, InitRequest } from "../../session/types.ts";
import type { Link } from "./link.ts";
import { invalid } from "./tame.ts";

/**
 * Sends the files that go along into sessions, as a tar archive; nothing where there are none.
 * @returns the request as the host's part takes it: with the folder that they lie in there
 */
export async function sendCarried(link: Link, request: InitRequest): Promise<CarryRequest> {
  const { carry } = request;
  const changed = (carry.changes?.entries ?? []).filter(({ gone }) => !gone).map(({ path }) => path);
  const paths = [...new Set([...carry.files, ...changed])];
  if (paths.length === 0) return { ...carry, root: "/nowhere" };
  const id = randomBytes(16).toString("hex");
  const stream = link.nextStream();
  const bytes = new PassThrough();
  const [root] = await Promise.all([
    link.peer.call("carriedTake", id, stream),
    link.streams.pump(stream, bytes),
    packFiles(carry.root, paths, bytes),
  ]);
  if (typeof root !== "string") throw invalid("no folder for what is carried along");
  return { ...carry, root };
}

/** Regular files and links, as they are now; what is gone by now, or something else, is left out. */
async function packFiles(root: string, paths: readonly string[], target: PassThrough): Promise<void> {
  const { pack } = await import("tar-stream");
  const archive = pack();
  const add = async (): Promise<void> => {
    for (const path of paths) await addEntry(archive, root, path);
    archive.finalize();
  };
  await Promise.all([add(), pipeline(archive, target)]);
}

async function addEntry(archive: Pack, root: string, path: string): Promise<void> {
  const from = join(root, path);
  const stats = await lstat(from).catch(() => undefined);
  if (stats?.isSymbolicLink() === true) {
    const done = Promise.withResolvers<void>();
    archive.entry({ name: path, type: "symlink", linkname: await readlink(from) }, (error) =>
      error ? done.reject(error) : done.resolve(),
    );
    return await done.promise;
  }
  if (stats?.isFile() !== true) return;
  const size = stats.size;
  const entry = archive.entry({ name: path, size, mode: stats.mode & 0o777 });
  // A file that grows while it is read would break the archive.
  if (size === 0) entry.end(Buffer.alloc(0));
  else await pipeline(createReadStream(from, { end: size - 1 }), entry);
}
