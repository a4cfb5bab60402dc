import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { lstat, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Header } from "tar-stream";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";

/** Paths of LFS objects (`ab/cd/abcd…`) below `lfs/objects`, regular files only. */
export async function lfsFiles(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true }).catch(() => []);
  const named = all.filter((path) => /^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{64}$/.test(path));
  const kinds = await Promise.all(named.map((path) => lstat(join(folder, path)).catch(() => undefined)));
  return named.filter((_, n) => kinds[n]?.isFile());
}

/**
 * Takes from a tar archive (`ab/cd/abcd…`) only the objects in `missing` whose content matches the hash in their name, and removes
 * them from `missing`.
 * @param store the `lfs` folder of a repository
 */
export async function takeLfsObjects(source: Readable, missing: Set<string>, store: string): Promise<void> {
  const { extract } = await import("tar-stream");
  const archive = extract();
  const reading = pipeline(source, archive);
  reading.catch(() => undefined);
  for await (const entry of archive) {
    const oid = wantedOid(entry.header, missing);
    if (oid === undefined) entry.resume();
    else if (await place(entry as unknown as AsyncIterable<Buffer>, oid, store)) missing.delete(oid);
  }
  await reading;
}

function wantedOid(header: Header, missing: Set<string>): string | undefined {
  const [, oid] = /^(?:\.\/)?[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(header.name) ?? [];
  return header.type === "file" && oid !== undefined && missing.has(oid) ? oid : undefined;
}

async function place(content: AsyncIterable<Buffer>, oid: string, store: string): Promise<boolean> {
  const temporary = join(store, "tmp", `cowork-${randomBytes(8).toString("hex")}`);
  await ensureFolder(join(store, "tmp"), { mode: 0o755 });
  const hash = createHash("sha256");
  try {
    await pipeline(
      content,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(temporary, { flags: "wx", mode: 0o644 }),
    );
    if (hash.digest("hex") !== oid) return false;
    const folder = join(store, "objects", oid.slice(0, 2), oid.slice(2, 4));
    await ensureFolder(folder, { mode: 0o755 });
    await rename(temporary, join(folder, oid));
    return true;
  } finally {
    await removeTree(temporary);
  }
}
