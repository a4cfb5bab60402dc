import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Header } from "tar-stream";
import type { Source } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder } from "../system/files.ts";
import { removeTree } from "../system/tree.ts";
import { savedBy } from "./saved.ts";
import type { GitInside } from "./types.ts";

const script = String.raw`
T=$(mktemp) || exit 95
sed 's|^\(..\)\(..\)|\1/\2/\1\2|' >"$T"
cd "$GIT_COMMON_DIR/lfs/objects" && tar -cf - -T "$T"
c=$?
rm -f "$T"
exit $c
`;

/**
 * Copies objects of git-lfs that the project lacks into its store: commits alone would bring pointers. Each is taken
 * only when its content has the hash that it is called by.
 * @returns notes on what did not come
 */
export async function bringLfs(
  ctx: Context,
  inside: GitInside,
  source: Source,
  oids: readonly string[],
): Promise<string[]> {
  const saved = savedBy(ctx, source, { ask: false });
  const missing = new Set<string>();
  for (const oid of oids) if (!(await saved.hasLfs(oid))) missing.add(oid);
  if (missing.size === 0) return [];
  const folder = join(ctx.paths.stateRoot, ".tmp");
  await ensureFolder(folder, { mode: 0o700 });
  const file = join(folder, `lfs-${randomBytes(8).toString("hex")}.tar`);
  try {
    const input = Buffer.from([...missing].map((oid) => `${oid}\n`).join(""));
    await inside.save(script, file, { input, timeoutMs: 30 * 60_000, maxBytes: 64 * 1024 ** 3 });
    await unpack(file, missing, join(source.gitDir, "lfs"));
  } finally {
    await removeTree(file);
  }
  return missing.size === 0 ? [] : [`${missing.size} objects of git-lfs could not be brought along`];
}

/** Takes from the archive only what was asked for, and strikes it off the list. */
async function unpack(file: string, missing: Set<string>, store: string): Promise<void> {
  const { extract } = await import("tar-stream");
  const archive = extract();
  const reading = pipeline(createReadStream(file), archive);
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
