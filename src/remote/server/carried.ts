import { createWriteStream } from "node:fs";
import { lstat, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeOld } from "../../system/files/remove-old.ts";
import { removeTree } from "../../system/files/tree.ts";

const keepMs = 24 * 3600_000;

/**
 * Unpacks a tar archive of files to copy into sessions into a new folder.
 * @param id hex digits, new for each command
 * @returns the folder
 */
export async function takeCarried(ctx: Context, id: string, archive: Readable): Promise<string> {
  if (!/^[0-9a-f]{16,64}$/.test(id)) throw new CoworkError("REQUEST_INVALID", "Invalid id of carried files.");
  const parent = carriedFolder(ctx);
  await ensureFolder(parent, { mode: 0o700 });
  await removeOld(ctx, parent, keepMs);
  const root = join(parent, id);
  await mkdir(root, { mode: 0o700 });
  const { extract } = await import("tar-stream");
  const unpack = extract();
  unpack.on("entry", (header, content, next) => {
    // tar-stream uses the streams of another library.
    const put = putEntry(root, header, content as unknown as AsyncIterable<Uint8Array>);
    // oxlint-disable-next-line promise/no-callback-in-promise -- tar-stream uses callbacks
    void put.then(() => next(), next);
  });
  await pipeline(archive, unpack);
  return root;
}

async function putEntry(
  root: string,
  header: { name: string; type?: string | null; mode?: number; linkname?: string | null },
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const parts = header.name.split("/");
  if (header.name.startsWith("/") || parts.some((part) => part === ".." || part === "." || part === "")) {
    throw new CoworkError("REQUEST_INVALID", "A carried file has a path that leaves the project.");
  }
  const path = join(root, header.name);
  await makeFolders(root, parts.slice(0, -1));
  if (header.type === "symlink") {
    // Nothing is written through this link later: every name occurs once, files open with `wx`, and folders must be real folders.
    await symlink(header.linkname ?? "", path);
    return;
  }
  if (header.type !== "file") throw new CoworkError("REQUEST_INVALID", "A carried file is neither a file nor a link.");
  await pipeline(content, createWriteStream(path, { flags: "wx", mode: (header.mode ?? 0o600) & 0o777 }));
}

/** Creates nested folders, without following links. */
async function makeFolders(root: string, parts: readonly string[]): Promise<void> {
  let folder = root;
  for (const part of parts) {
    folder = join(folder, part);
    const known = await lstat(folder).catch(() => undefined);
    if (known === undefined) await mkdir(folder, { mode: 0o700 });
    else if (!known.isDirectory())
      throw new CoworkError("REQUEST_INVALID", "A carried file has a path that leads through a link.");
  }
}

/** Removes the folder after its files were copied into sessions, because it may contain secrets. */
export async function dropCarried(ctx: Pick<Context, "paths">, root: string): Promise<void> {
  if (dirname(root) === carriedFolder(ctx)) await removeTree(root);
}

function carriedFolder({ paths }: Pick<Context, "paths">): string {
  return join(paths.home, "projects", "carried");
}
