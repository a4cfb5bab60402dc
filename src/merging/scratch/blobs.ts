import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { temporary } from "./open-scratch.ts";
import { scratchGit, type Scratch } from "./scratch-git.ts";

/** Larger contents are not read. In bytes. */
export const maxBlobBytes = 1024 * 1024;
/** Read by one call. */
const maxTotalBytes = 128 * 1024 * 1024;

/**
 * The contents of blobs that are at most this long; others are left out.
 * @throws GIT_FAILED, TIMEOUT
 */
export async function readBlobs(
  ctx: Context,
  scratch: Scratch,
  oids: Iterable<string>,
  maxBytes = maxBlobBytes,
): Promise<Map<string, Buffer>> {
  const asked = [...new Set(oids)];
  if (asked.length === 0) return new Map();
  const sizes = await scratchGit(
    ctx,
    scratch,
    ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"],
    {
      input: lines(asked),
    },
  );
  let total = 0;
  const wanted = sizes.stdout.split("\n").flatMap((line) => {
    const [oid = "", type, size = ""] = line.split(" ");
    if (type !== "blob" || Number(size) > maxBytes || (total += Number(size)) > maxTotalBytes) return [];
    return [oid];
  });
  if (wanted.length === 0) return new Map();
  // The run function returns text; a file is exact.
  const file = join(scratch.gitDir, `${temporary}${randomBytes(6).toString("hex")}.out`);
  const errors = `${file}.err`;
  try {
    for (const one of [file, errors]) await writeFile(one, "", { mode: 0o600 });
    await scratchGit(ctx, scratch, ["cat-file", "--batch"], {
      input: lines(wanted),
      outputFile: { stdout: file, stderr: errors },
    });
    return parseBatch(await readFile(file));
  } finally {
    for (const one of [file, errors]) await rm(one, { force: true });
  }
}

/** Object id, type and size on a line, the content, a line end. */
export function parseBatch(output: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(10, at);
    const [, oid, size] = /^([0-9a-f]{40,64}) blob (\d+)$/.exec(output.toString("latin1", at, end)) ?? [];
    if (end < 0 || oid === undefined) return found;
    const start = end + 1;
    at = start + Number(size) + 1;
    if (at > output.length) return found;
    found.set(oid, output.subarray(start, at - 1));
  }
  return found;
}

/** Undefined: not UTF-8, or with a NUL, which git takes for binary. */
export function textOf(content: Buffer | undefined): string | undefined {
  if (content === undefined || content.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}

function lines(oids: readonly string[]): string {
  return oids.map((oid) => `${oid}\n`).join("");
}
