import { randomBytes } from "node:crypto";
import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Pack } from "tar-stream";
import { storeOffers } from "../../contract/remote/offers.ts";
import type { CarryRequest, InitRequest } from "../../session/types.ts";
import { ask } from "./answers.ts";
import type { Link } from "./link.ts";
import { addFile, sendArchive } from "./send-archive.ts";

/**
 * Sends the files to copy into sessions as a tar archive, if there are any.
 * @returns the request for the host, with the folder of the files on the host
 */
export async function sendCarried(link: Link, request: InitRequest): Promise<CarryRequest> {
  const { carry } = request;
  const changed = (carry.changes?.entries ?? []).filter(({ gone }) => !gone).map(({ path }) => path);
  const paths = [...new Set([...carry.files, ...changed])];
  if (paths.length === 0) return { ...carry, root: "/nowhere" };
  const id = randomBytes(16).toString("hex");
  // Regular files and links. Files that no longer exist, and other kinds of files, are left out.
  const root = await sendArchive(
    link,
    (stream) => ask(link.peer, storeOffers, "carriedTake", id, stream),
    async (archive) => {
      for (const path of paths) await addEntry(archive, carry.root, path);
    },
  );
  return { ...carry, root };
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
  if (stats?.isFile() === true) await addFile(archive, path, from, stats);
}
