import type { CandidateFile, Classify, FileVersion } from "../classes/classify.ts";
import type { Verdict } from "../cache/pair-cache.ts";
import type { BlobReader } from "../scratch/blob-reader.ts";
import type { Collision } from "./kinds.ts";
import type { PathSet } from "./prefilter.ts";

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
): Promise<Verdict> {
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
  for (const path of changed.size > maxFiles ? [] : changed) {
    if (files.has(path)) continue;
    const [mine, other] = [ours?.paths.get(path), theirs?.paths.get(path)];
    const file: CandidateFile = { path };
    const before = (mine ?? other)?.oids[0] ?? "";
    const isOld = isFile((mine ?? other)?.modes[0] ?? "");
    if (isOld) file.base = version(before);
    // A side that did not change it has the base's version.
    const [from, to] = [mine, other].map((change) =>
      change === undefined ? (isOld ? before : undefined) : isFile(change.modes[1]) ? change.oids[1] : undefined,
    );
    if (from !== undefined) file.ours = version(from);
    if (to !== undefined) file.theirs = version(to);
    files.set(path, file);
  }
  const found = await classify({ a: a.name, b: b.name, isTextual: collisions.length > 0 }, [...files.values()]);
  return { class: found.class, paths: found.paths.slice(0, maxListed) };
}

function isFile(mode: string): boolean {
  return mode.startsWith("100");
}
