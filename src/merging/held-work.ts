import { createHash } from "node:crypto";
import type { HeldWork } from "../contract/merging/conflicts.ts";
import type { Context } from "../system/context.ts";
import type { Found } from "./ask-clones.ts";
import type { FindLineage } from "./judge/lineage.ts";
import { readChanges, type Comparison } from "./judge/path-sets.ts";
import type { Scratch } from "./scratch/scratch-git.ts";

export type Held = Omit<HeldWork, "asOf">;

/** More paths are listed as the folders that they are in. */
const maxListed = 50;
/** Of a path that is listed, in characters. */
const maxLength = 300;

/**
 * What each session holds that the project does not: commits, files that are not committed, and the paths that it has changed since it
 * left the project. Found out in one call of git for those that have changed; the answer is kept with what it is for.
 * @returns by session, as `keyOf` names it
 */
export async function heldWork(
  ctx: Context,
  scratch: Scratch,
  found: ReadonlyMap<string, Found>,
  { lineages, projectTips }: { lineages: () => Promise<FindLineage>; projectTips: readonly string[] },
): Promise<Map<string, Held>> {
  const project = createHash("sha256").update(projectTips.toSorted().join(" ")).digest("hex").slice(0, 16);
  const ofSeen = ({ tip, head }: Found): string => [project, tip ?? "", head ?? ""].join(" ");
  const all = [...found.values()].filter(({ tip, reason }) => tip !== undefined && reason === undefined);
  const fresh = all.filter((seen) => seen.work?.of !== ofSeen(seen));
  if (fresh.length > 0) {
    const lineageOf = await lineages();
    const asked = fresh.map((seen) => ({ seen, ...comparisonsOf(seen, lineageOf) }));
    const wanted = asked.flatMap(({ files, paths }) => [files, paths].filter((one) => one !== undefined));
    const changes = await readChanges(ctx, scratch, wanted);
    const changed = (one: Comparison | undefined): string[] => {
      const set = one === undefined ? undefined : changes[wanted.indexOf(one)];
      return Array.isArray(set) ? set.map(({ path }) => path) : [];
    };
    for (const { seen, commits, files, paths } of asked) {
      const shown = changed(paths).filter((path) => isPlain(path));
      seen.work = { of: ofSeen(seen), commits, files: changed(files).length, paths: shortened(shown) };
    }
  }
  return new Map(
    [...found].flatMap(([key, seen]) => {
      if (seen.work === undefined || seen.work.of !== ofSeen(seen)) return [];
      const { of: _, ...work } = seen.work;
      return [[key, work] as const];
    }),
  );
}

function comparisonsOf(
  { tip = "", head }: Found,
  lineageOf: FindLineage,
): { commits: number; files: Comparison | undefined; paths: Comparison | undefined } {
  const [bases, own] = [lineageOf(tip)?.bases ?? new Set<string>(), lineageOf(head ?? "")?.own];
  const [base] = bases;
  return {
    commits: own?.size ?? 0,
    files: head === undefined || head === tip ? undefined : { base: head, tip },
    // With several bases a net change is not known.
    paths: base === undefined || bases.size > 1 || base === tip ? undefined : { base, tip },
  };
}

/** A name with control characters, or a very long one, is not listed: it may be made to mislead. */
function isPlain(path: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return path.length <= maxLength && !/[\u0000-\u001f\u007f\\\ufffd]/.test(path);
}

/** Paths, or if they are many the folders that they are in, the deepest that are few enough; a folder ends in a slash. */
function shortened(paths: readonly string[]): string[] {
  for (let depth = Infinity; depth > 0; depth = depth === Infinity ? 4 : depth - 1) {
    const found = new Set(paths.map((path) => cut(path, depth)));
    if (found.size <= maxListed) return [...found].toSorted();
  }
  return [];
}

function cut(path: string, depth: number): string {
  const names = path.split("/");
  return names.length <= depth ? path : `${names.slice(0, depth).join("/")}/`;
}
