import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { parseJson } from "../../contract/common.ts";
import { initBare } from "../../clone/exchange/init-bare.ts";
import { alternatePath } from "../../clone/git/alternates.ts";
import { readStore } from "../../clone/git/project-refs.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { scratchBytes, scratchMs } from "../limits.ts";
import { mergeAttributes } from "./attributes.ts";
import { mergingGit } from "./git-version.ts";
import { readBlobs, readSizes } from "./blobs.ts";
import { removeMemoryFolders } from "./memory-folder.ts";
import { scratchGit, temporary, type Scratch } from "./scratch-git.ts";

/** What is known of a scratch repository, in a file next to it. */
const meta = z.object({
  schema: z.literal(1),
  madeAt: z.number(),
  objects: z.string(),
  format: z.enum(["sha1", "sha256"]),
  /** sum of what was taken in, in bytes */
  bytes: z.number(),
  /** number of packs: with many of them git is slow */
  packs: z.number(),
  /** the commit whose attributes count, and a hash of them */
  attributesOf: z.string(),
  attributes: z.string(),
});
type Meta = z.infer<typeof meta>;

export interface OpenScratch extends Scratch {
  /** Remembers how much was taken in, in packs and bytes. */
  grown(packs: number, bytes: number): Promise<void>;
}

/**
 * Opens the project's scratch repository, or makes it: bare, with the project's objects as alternates. It is made again when it has
 * grown or is a day old. The caller holds the lock `conflicts-{name}`.
 * @param target the commit of the project whose merge attributes count
 * @throws GIT_FAILED, GIT_MISSING, DISK_FULL
 */
export async function openScratch(
  ctx: Context,
  { name, source, target }: { name: string; source: Source; target: string },
): Promise<OpenScratch> {
  const [version, { objectFormat, objects }] = await Promise.all([mergingGit(ctx), readStore(ctx, source.gitDir)]);
  const folder = ctx.paths.conflicts;
  await ensureFolder(folder, { mode: 0o700 });
  const [gitDir, file] = [join(folder, `${name}.git`), join(folder, `${name}.meta.json`)];
  const now = ctx.clock.now().getTime();
  let known = await readMeta(file);
  const isFresh =
    known !== undefined &&
    known.objects === objects &&
    known.format === objectFormat &&
    known.bytes <= scratchBytes &&
    known.packs <= maxPacks &&
    Math.abs(now - known.madeAt) <= scratchMs;
  if (known === undefined || !isFresh) {
    await removeTree(gitDir);
    await initBare(ctx, gitDir, objectFormat);
    await mkdir(join(gitDir, "objects/info"), { recursive: true });
    await mkdir(join(gitDir, "info"), { recursive: true });
    await writeFile(join(gitDir, "objects/info/alternates"), `${alternatePath(objects)}\n`);
    known = {
      schema: 1,
      madeAt: now,
      objects,
      format: objectFormat,
      bytes: 0,
      packs: 0,
      attributesOf: "",
      attributes: "",
    };
    await writeMeta(file, known);
  }
  await copyShallow(source.gitDir, gitDir);
  await Promise.all([removeLeftovers(gitDir), removeMemoryFolders({ gitDir })]);
  if (known.attributesOf !== target) {
    const lines = await readAttributes(ctx, gitDir, target);
    await writeFileAtomic(join(gitDir, "info/attributes"), lines);
    const attributes = createHash("sha256").update(lines).digest("hex").slice(0, 16);
    known = { ...known, attributesOf: target, attributes };
    await writeMeta(file, known);
  }
  let current = known;
  return {
    gitDir,
    objectFormat,
    key: `${version} ${current.attributes}`,
    grown: async (packs, bytes) => {
      current = { ...current, packs: current.packs + packs, bytes: current.bytes + bytes };
      await writeMeta(file, current);
    },
  };
}

async function readMeta(file: string): Promise<Meta | undefined> {
  const text = await readTextFile(file, { maxBytes: 10_000 }).catch(() => undefined);
  const read = meta.safeParse(parseJson(text ?? ""));
  return read.success ? read.data : undefined;
}

async function writeMeta(file: string, content: Meta): Promise<void> {
  await writeFileAtomic(file, JSON.stringify(content), { mode: 0o600, isCache: true });
}

async function copyShallow(from: string, to: string): Promise<void> {
  const [theirs, ours] = await Promise.all(
    [from, to].map((dir) => readFile(join(dir, "shallow")).catch(() => undefined)),
  );
  if (theirs === undefined ? ours === undefined : ours?.equals(theirs) === true) return;
  if (theirs === undefined) await removeTree(join(to, "shallow"));
  else await writeFile(join(to, "shallow"), theirs);
}

/** Folders of a killed command. The lock is held, so no one uses them. */
async function removeLeftovers(gitDir: string): Promise<void> {
  const names = await readdir(gitDir);
  for (const name of names) if (name.startsWith(temporary)) await removeTree(join(gitDir, name));
}

const maxAttributes = 200;
/** A longer file of attributes does not count. */
const maxAttributesBytes = 1024 * 1024;
const maxPacks = 400;

/** The merge attributes of a commit of the project, as lines. Without them git merges as if there were none. */
async function readAttributes(ctx: Context, gitDir: string, commit: string): Promise<string> {
  const list = await scratchGit(ctx, { gitDir }, ["ls-tree", "-r", "-z", "--full-tree", commit], {
    maxOutput: 1 << 28,
  });
  const files = list.stdout
    .split("\0")
    .filter((line) => line.endsWith(".gitattributes"))
    .flatMap((line) => {
      const [, oid, path] = /^100(?:644|755) blob ([0-9a-f]+)\t((?:[^]*\/)?)\.gitattributes$/.exec(line) ?? [];
      return oid === undefined ? [] : [{ oid, folder: (path ?? "").replace(/\/$/, "") }];
    })
    .slice(0, maxAttributes);
  const oids = [...new Set(files.map(({ oid }) => oid))];
  const sizes = await readSizes(ctx, { gitDir }, oids);
  const found = await readBlobs(
    ctx,
    { gitDir },
    oids.filter((oid) => (sizes.get(oid) ?? Infinity) <= maxAttributesBytes),
  );
  // Deeper files come later, and the last line that matches counts.
  return files
    .toSorted((a, b) => depth(a.folder) - depth(b.folder))
    .flatMap(({ oid, folder }) => mergeAttributes(folder, found.get(oid)?.toString("utf8") ?? ""))
    .map((line) => `${line}\n`)
    .join("");
}

function depth(folder: string): number {
  return folder === "" ? 0 : folder.split("/").length;
}
