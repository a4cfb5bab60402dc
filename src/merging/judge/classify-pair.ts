import type { CandidateFile, Classify } from "../classes/classify.ts";
import { languageOf } from "../classes/languages.ts";
import type { FileVersion } from "../classes/types.ts";
import type { Verdict } from "../cache/pair-cache.ts";
import type { BlobReader } from "../scratch/blob-reader.ts";
import type { Collision } from "./kinds.ts";
import type { ChangedPath, PathSet } from "./prefilter.ts";

/** More paths of a pair are not listed. */
export const maxListed = 500;
/** More files are not given to the classifier, and larger sets not at all: their names tell nothing. */
const maxFiles = 2_000;

/**
 * The files of a pair that its class depends on. Their contents are announced, so that those of all pairs are read together.
 * @param sets what each side changed since the merge base; undefined: not known, then only paths in conflict are looked at
 */
export function candidateFiles(
  reader: BlobReader,
  collisions: readonly Collision[],
  sets: readonly [PathSet, PathSet] | undefined,
): CandidateFile[] {
  const files = new Map<string, CandidateFile>();
  const version = (oid: string, path?: string): FileVersion => {
    if (path === undefined || languageOf(path) !== undefined) reader.announce(oid);
    return { oid, text: async () => await reader.text(oid) };
  };
  for (const { path, kind, stages } of collisions.slice(0, maxListed)) {
    const file: CandidateFile = { path, conflict: kind };
    for (const { stage, mode, oid } of stages)
      if (isFile(mode)) file[stage === 1 ? "base" : stage === 2 ? "ours" : "theirs"] = version(oid);
    files.set(path, file);
  }
  const [ours, theirs] = sets ?? [];
  const changed = new Set([...(ours?.paths.keys() ?? []), ...(theirs?.paths.keys() ?? [])]);
  for (const path of changed.size > maxFiles ? [] : changed)
    if (!files.has(path)) files.set(path, changedFile(path, [ours?.paths.get(path), theirs?.paths.get(path)], version));
  return [...files.values()];
}

/** Announces what `candidateFiles` will, as far as that is known before the merge. */
export function announceFiles(reader: BlobReader, sets: Iterable<PathSet>): void {
  for (const { paths } of sets)
    for (const { path, modes, oids } of paths.size > maxFiles ? [] : paths.values())
      for (const n of [0, 1] as const) if (isFile(modes[n]) && languageOf(path) !== undefined) reader.announce(oids[n]);
}

/** Gives a pair its class. */
export async function classifyPair(
  classify: Classify,
  [a, b]: readonly [{ name: string }, { name: string }],
  files: readonly CandidateFile[],
): Promise<Verdict & { isPartial?: boolean }> {
  const isTextual = files.some(({ conflict }) => conflict !== undefined);
  const found = await classify({ a: a.name, b: b.name, isTextual }, files);
  const { isPartial } = found;
  return { class: found.class, paths: found.paths.slice(0, maxListed), ...(isPartial && { isPartial }) };
}

/** A side that did not change the path has the base's version. */
function changedFile(
  path: string,
  [mine, other]: readonly [ChangedPath | undefined, ChangedPath | undefined],
  version: (oid: string, path: string) => FileVersion,
): CandidateFile {
  const { modes, oids } = mine ?? other ?? { modes: ["", ""], oids: ["", ""] };
  const before = isFile(modes[0]) ? oids[0] : undefined;
  const after = (change: ChangedPath | undefined): string | undefined => {
    if (change === undefined) return before;
    return isFile(change.modes[1]) ? change.oids[1] : undefined;
  };
  const [from, to] = [after(mine), after(other)];
  return {
    path,
    ...(before === undefined ? {} : { base: version(before, path) }),
    ...(from === undefined ? {} : { ours: version(from, path) }),
    ...(to === undefined ? {} : { theirs: version(to, path) }),
  };
}

function isFile(mode: string): boolean {
  return mode.startsWith("100");
}
