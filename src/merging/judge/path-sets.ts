import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { largeFileBytes, maxPaths } from "../limits.ts";
import type { BlobReader } from "../scratch/blob-reader.ts";
import { scratchGit, type Scratch } from "../scratch/scratch-git.ts";
import type { ChangedPath } from "./prefilter.ts";

/** What a commit changes, compared with another one. */
export interface Comparison {
  base: string;
  tip: string;
}

/** In bytes: a hundred thousand paths of usual length. */
const maxOutput = 32 * 1024 * 1024;
/** For all together, and for one alone: a hostile session may have two that take forever. */
const patience = { allMs: 4_000, oneMs: 2_000 };

/**
 * Compares commits, all in one call of git. If that goes over a limit, each is compared alone, and only those that go over it fail.
 * @returns in order; an error if a comparison has too many paths or takes too long
 */
export async function readChanges(
  ctx: Context,
  scratch: Scratch,
  wanted: readonly Comparison[],
): Promise<(ChangedPath[] | CoworkError)[]> {
  if (wanted.length === 0) return [];
  try {
    return await compare(ctx, scratch, wanted);
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (wanted.length === 1) return [error instanceof CoworkError ? error : tooMany()];
  }
  const all: (ChangedPath[] | CoworkError)[] = [];
  for (const one of wanted) all.push(...(await readChanges(ctx, scratch, [one])));
  return all;
}

async function compare(ctx: Context, scratch: Scratch, wanted: readonly Comparison[]): Promise<ChangedPath[][]> {
  // A commit with one given parent is compared with that.
  const args = ["diff-tree", "--stdin", "--always", "--root", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"];
  const input = wanted.map(({ base, tip }) => `${tip} ${base}\n`).join("");
  const timeoutMs = wanted.length > 1 ? patience.allMs : patience.oneMs;
  const { code, stdout } = await scratchGit(ctx, scratch, args, { input, maxOutput, timeoutMs });
  const sets = parseChanges(stdout);
  // The usual reason is the memory limit.
  if (code !== 0 || sets.length !== wanted.length)
    throw new CoworkError(
      "GIT_FAILED",
      "git could not compare the files; they may be too many, or their paths too long",
    );
  if (sets.some((set) => set.length > maxPaths)) throw tooMany();
  return sets;
}

function tooMany(): CoworkError {
  return new CoworkError("OUTPUT_TOO_LARGE", `more than ${maxPaths.toLocaleString("en")} files have changed`);
}

/** Commit id, NUL, then pairs of a description and a path. */
export function parseChanges(output: string): ChangedPath[][] {
  const sets: ChangedPath[][] = [];
  const parts = output.split("\0");
  for (let n = 0; n < parts.length; n += 1) {
    const part = parts[n] ?? "";
    if (/^[0-9a-f]{40,64}$/.test(part)) sets.push([]);
    const [, before, after, from, to, status] =
      /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]+) ([0-9a-f]+) ([AMDT])$/.exec(part) ?? [];
    if (before === undefined || after === undefined || from === undefined || to === undefined) continue;
    n += 1;
    const kind = status === "A" || status === "D" || status === "T" ? status : "M";
    sets.at(-1)?.push({ path: parts[n] ?? "", status: kind, modes: [before, after], oids: [from, to] });
  }
  return sets;
}

/**
 * Which of the sets have a file that is larger than what is compared: a session's own git would have replaced it.
 * @param sets files that sessions changed
 */
export async function findLarge(reader: BlobReader, sets: readonly (readonly ChangedPath[])[]): Promise<boolean[]> {
  const files = (side: 0 | 1): string[] =>
    sets.flatMap((set) => set.filter(({ modes }) => isFile(modes[side])).map(({ oids }) => oids[side]));
  // Those of the base as well: their contents are read later.
  const sizes = await reader.sizes([...files(0), ...files(1)]);
  return sets.map((set) =>
    set.some(({ modes, oids }) => isFile(modes[1]) && (sizes.get(oids[1]) ?? 0) > largeFileBytes),
  );
}

function isFile(mode: string): boolean {
  return mode.startsWith("100");
}
