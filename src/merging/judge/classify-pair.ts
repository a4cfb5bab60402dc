import type { CandidateFile, Classify } from "../classes/classify.ts";
import type { FileVersion } from "../classes/types.ts";
import type { Verdict } from "../cache/pair-cache.ts";
import type { BlobReader } from "../scratch/blob-reader.ts";
import type { Collision } from "./kinds.ts";
import type { ChangedPath, PathSet } from "./prefilter.ts";

/** More paths of a pair are not listed. */
const maxListed = 500;
/** More files are not given to the classifier, and larger sets not at all: their names tell nothing. */
const maxFiles = 2_000;

/**
 * Gives a pair its class.
 * @param sets what each side changed since the merge base; undefined: not known, then only paths in conflict are looked at
 */
export async function classifyPair(
  { reader, classify }: { reader: BlobReader; classify: Classify },
  [a, b]: readonly [{ name: string }, { name: string }],
  collisions: readonly Collision[],
  sets: readonly [PathSet, PathSet] | undefined,
): Promise<Verdict & { isPartial?: boolean }> {
  const files = new Map<string, CandidateFile>();
  const version = (oid: string): FileVersion => {
    reader.announce(oid);
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
  const found = await classify({ a: a.name, b: b.name, isTextual: collisions.length > 0 }, [...files.values()]);
  const { isPartial } = found;
  return { class: found.class, paths: found.paths.slice(0, maxListed), ...(isPartial && { isPartial }) };
}

/** A side that did not change the path has the base's version. */
function changedFile(
  path: string,
  [mine, other]: readonly [ChangedPath | undefined, ChangedPath | undefined],
  version: (oid: string) => FileVersion,
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
    ...(before === undefined ? {} : { base: version(before) }),
    ...(from === undefined ? {} : { ours: version(from) }),
    ...(to === undefined ? {} : { theirs: version(to) }),
  };
}

function isFile(mode: string): boolean {
  return mode.startsWith("100");
}
