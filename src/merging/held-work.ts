import { createHash } from "node:crypto";
import type { HeldWork } from "../contract/merging/conflicts.ts";
import type { Found } from "./ask-clones.ts";
import type { FindLineage } from "./judge/lineage.ts";
import type { ChangeReader } from "./judge/change-reader.ts";
import type { Comparison } from "./judge/path-sets.ts";

export type Held = Omit<HeldWork, "asOf">;

/** More paths are listed as the folders that they are in. */
const maxListed = 50;
/** Of a path that is listed, in characters. */
const maxLength = 300;

/**
 * What each session holds that the project does not: commits, files that are not committed, and the paths that it has changed since it
 * left the project. What has to be compared for it is announced, so that it is read with what pairs need; the answer is kept with what
 * it is for.
 * @returns a function that finds it out, by session, as `keyOf` names it
 */
export async function heldWork(
  found: ReadonlyMap<string, Found>,
  {
    lineages,
    projectTips,
    changes,
  }: { lineages: () => Promise<FindLineage>; projectTips: readonly string[]; changes: ChangeReader },
): Promise<() => Promise<Map<string, Held>>> {
  const project = createHash("sha256").update(projectTips.toSorted().join(" ")).digest("hex").slice(0, 16);
  const ofSeen = ({ tip, head }: Found): string => [project, tip ?? "", head ?? ""].join(" ");
  const all = [...found.values()].filter(({ tip, reason }) => tip !== undefined && reason === undefined);
  const fresh = all.filter((seen) => seen.work?.of !== ofSeen(seen));
  const lineageOf = fresh.length === 0 ? undefined : await lineages();
  const asked = lineageOf === undefined ? [] : fresh.map((seen) => ({ seen, ...comparisonsOf(seen, lineageOf) }));
  for (const { files, paths } of asked) changes.announce([files, paths].filter((one) => one !== undefined));
  const changed = async (one: Comparison | undefined): Promise<string[]> => {
    const [set] = one === undefined ? [] : await changes.read([one]);
    return Array.isArray(set) ? set.map(({ path }) => path) : [];
  };
  return async () => {
    // Those that turned out to be over a limit are not looked at further.
    for (const { seen, commits, files, paths } of asked.filter((one) => one.seen.reason === undefined)) {
      const shown = (await changed(paths)).filter((path) => isPlain(path));
      seen.work = { of: ofSeen(seen), commits, files: (await changed(files)).length, paths: shortened(shown) };
    }
    return new Map(
      [...found].flatMap(([key, seen]) => {
        if (seen.work === undefined || seen.work.of !== ofSeen(seen)) return [];
        const { of: _, ...work } = seen.work;
        return [[key, work] as const];
      }),
    );
  };
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
