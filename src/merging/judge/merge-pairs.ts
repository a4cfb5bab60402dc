import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { memoryFolder } from "../scratch/memory-folder.ts";
import { scratchGit, temporary, type Scratch } from "../scratch/scratch-git.ts";
import { parseMerges, type MergeRecord } from "./parse-merges.ts";

/** Two commits to merge. */
export interface CommitPair {
  a: string;
  b: string;
}

export interface MergeOptions {
  /** git could not merge this pair within its limits */
  onLost?: (pair: CommitPair) => void;
  /** asked before each further try: whether a pair need not be tried any more */
  isLost?: (pair: CommitPair) => boolean;
  /** gets what is still to be done once the results are there; otherwise that is waited for */
  later?: (work: Promise<unknown>) => void;
}

/** For one call: a start, and more for each pair. */
const patience = { startMs: 1_500, pairMs: 25 };
const maxOutput = 64 * 1024 * 1024;

/**
 * Merges all pairs in memory, in as few calls of git as possible. When git ends or takes too long, what it has finished counts, and
 * the others are tried again in halves, so that the pair that is to blame is found.
 * @returns in order; undefined for a pair that git could not merge within its limits
 */
export async function mergePairs(
  ctx: Context,
  scratch: Scratch,
  pairs: readonly CommitPair[],
  { onLost = () => undefined, isLost = () => false, later }: MergeOptions = {},
): Promise<(MergeRecord | undefined)[]> {
  const results: (MergeRecord | undefined)[] = pairs.map(() => undefined);
  const open: number[][] = halves(pairs.map((_, n) => n));
  const leftovers: Promise<unknown>[] = [];
  let inMemory = true;
  const work = async (): Promise<void> => {
    for (let part = open.shift(); part !== undefined; part = open.shift()) {
      const left = part.filter((n) => !isLost(pairs[n] ?? { a: "", b: "" }));
      if (left.length === 0) continue;
      const { done, isFull } = await tryAll(
        ctx,
        scratch,
        left.map((n) => pairs[n]).filter((pair) => pair !== undefined),
        { inMemory, later: (removing) => void leftovers.push(removing) },
      );
      for (const [n, record] of done.entries()) results[left[n] ?? -1] = record;
      const rest = left.slice(done.length);
      const [first] = rest;
      if (first === undefined) continue;
      inMemory = false;
      // There is room on the disk.
      if (isFull) {
        open.unshift(rest);
        continue;
      }
      // It was alone: this is the pair.
      if (left.length === 1) onLost(pairs[first] ?? { a: "", b: "" });
      else open.unshift([first], ...halves(rest.slice(1), 2));
    }
  };
  // Two at a time, if there is enough to do.
  await Promise.all(open.length > 1 ? [work(), work()] : [work()]);
  for (const one of leftovers)
    if (later === undefined) await one;
    else later(one);
  return results;
}

function halves(numbers: readonly number[], least = 100): number[][] {
  if (numbers.length === 0) return [];
  if (numbers.length < least) return [[...numbers]];
  const middle = Math.ceil(numbers.length / 2);
  return [numbers.slice(0, middle), numbers.slice(middle)];
}

interface Tried {
  /** the records that were complete when git ended, for whatever reason */
  done: MergeRecord[];
  /** it ended for lack of memory for its objects */
  isFull: boolean;
}

async function tryAll(
  ctx: Context,
  scratch: Scratch,
  pairs: readonly CommitPair[],
  { inMemory, later }: { inMemory: boolean; later: (work: Promise<unknown>) => void },
): Promise<Tried> {
  const memory = inMemory ? memoryFolder(scratch) : undefined;
  const folder = memory?.path ?? join(scratch.gitDir, `${temporary}${randomBytes(6).toString("hex")}`);
  if (memory === undefined) mkdirSync(folder, { mode: 0o700 });
  const files = { stdout: join(folder, "out"), stderr: join(folder, "err") };
  const objects = join(folder, "objects");
  mkdirSync(objects);
  try {
    // It is read even if git was not started.
    writeFileSync(files.stdout, "", { mode: 0o600 });
    await scratchGit(ctx, scratch, ["merge-tree", "--write-tree", "--allow-unrelated-histories", "--stdin"], {
      input: pairs.map(({ a, b }) => `${a} ${b}\n`).join(""),
      outputFile: files,
      objects,
      timeoutMs: patience.startMs + pairs.length * patience.pairMs,
      signal: memory?.full,
    }).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      const isExpected = error instanceof CoworkError && ["TIMEOUT", "OUTPUT_TOO_LARGE"].includes(error.code);
      if (!isExpected && memory?.full.aborted !== true) throw error;
    });
    const output = await readFile(files.stdout);
    const done = parseMerges(output.subarray(0, maxOutput).toString("utf8")).slice(0, pairs.length);
    return { done, isFull: memory?.full.aborted === true };
  } finally {
    memory?.release();
    // Some thousand objects: a program is faster than this process. What is left goes the next time the repository is opened.
    const removed = ctx.run("rm", ["-rf", "--", folder], { timeoutMs: 30_000 });
    later(removed.catch((error: unknown) => ctx.log(`removing ${folder}: ${String(error)}`)));
  }
}
