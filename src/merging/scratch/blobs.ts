import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { scratchGit, temporary, type Scratch } from "./scratch-git.ts";

/** The sizes of objects in bytes, without those that are not there. What is not a blob counts as endless. */
export async function readSizes(
  ctx: Context,
  scratch: Pick<Scratch, "gitDir">,
  oids: readonly string[],
): Promise<Map<string, number>> {
  if (oids.length === 0) return new Map();
  const check = "--batch-check=%(objectname) %(objecttype) %(objectsize)";
  const { stdout } = await scratchGit(ctx, scratch, ["cat-file", check], { input: lines(oids) });
  return new Map(
    stdout.split("\n").flatMap((line) => {
      const [, oid, type, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(line) ?? [];
      return oid === undefined ? [] : [[oid, type === "blob" ? Number(size) : Infinity] as const];
    }),
  );
}

/**
 * The contents of blobs.
 * @param oids of blobs whose size the caller has checked
 * @throws GIT_FAILED, TIMEOUT
 */
export async function readBlobs(
  ctx: Context,
  scratch: Pick<Scratch, "gitDir">,
  oids: readonly string[],
): Promise<Map<string, Buffer>> {
  if (oids.length === 0) return new Map();
  // The run function returns text; a file is exact.
  const file = join(scratch.gitDir, `${temporary}${randomBytes(6).toString("hex")}.out`);
  const errors = `${file}.err`;
  try {
    await scratchGit(ctx, scratch, ["cat-file", "--batch"], {
      input: lines(oids),
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
