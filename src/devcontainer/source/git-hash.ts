import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

/** Computes git's object ids (SHA-1) without git, for a working tree in which git must not be run. */
export interface HashedEntry {
  name: string | Buffer;
  /** as git writes it: `100644`, `100755`, `120000`, `040000` */
  mode: string;
  oid: string;
}

/** The size is read once. If the file changes meanwhile, the hash is a different one, which is good enough. */
export async function hashBlobFile(handle: FileHandle): Promise<Omit<HashedEntry, "name">> {
  const stats = await handle.stat();
  const hash = objectHash("blob", stats.size);
  for await (const chunk of handle.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk as Buffer);
  return { mode: stats.mode & 0o100 ? "100755" : "100644", oid: hash.digest("hex") };
}

export function hashLink(target: Uint8Array): Omit<HashedEntry, "name"> {
  return { mode: "120000", oid: objectHash("blob", target.length).update(target).digest("hex") };
}

export function hashTree(entries: readonly HashedEntry[]): Omit<HashedEntry, "name"> {
  const sorted = entries
    .map((entry) => ({ ...entry, key: sortKey(entry) }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key));
  const body = Buffer.concat(
    sorted.flatMap(({ name, mode, oid }) => [
      Buffer.from(`${mode.replace(/^0/, "")} `),
      Buffer.from(name),
      Buffer.from("\0"),
      Buffer.from(oid, "hex"),
    ]),
  );
  return { mode: "040000", oid: objectHash("tree", body.length).update(body).digest("hex") };
}

/** Git sorts folders as if their names ended in a slash. */
function sortKey({ name, mode }: HashedEntry): Buffer {
  return Buffer.concat([Buffer.from(name), Buffer.from(mode === "040000" ? "/" : "")]);
}

function objectHash(type: "blob" | "tree", size: number): Hash {
  return createHash("sha1").update(`${type} ${size}\0`);
}
