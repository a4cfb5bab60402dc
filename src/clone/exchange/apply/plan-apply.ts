import { type Change, type Entry, isSubmodule } from "./entries.ts";

/** One file that changes in the project's working tree. */
export interface Step {
  path: string;
  /** what is there now, from HEAD or from an earlier `--apply` */
  from: Entry;
  to: Entry;
}

export interface Changes {
  /** from HEAD to HEAD with the session's work */
  work: readonly Change[];
  /** from HEAD to the index */
  staged: readonly Change[];
  /** from HEAD to what was applied from this session before, the newest first */
  before: readonly (readonly Change[])[];
}

export interface ApplyPlan {
  steps: Step[];
  /** the index, where it differs from HEAD */
  staged: Map<string, Entry>;
  /** files that an earlier `--apply` brought and that stay as they are */
  kept: (readonly [path: string, entry: Entry])[];
  /** submodules with other commits in the session: they are left as they are */
  submodules: string[];
}

/**
 * Decides which files change, and from what: where the index still has exactly what an earlier `--apply` of this session put there,
 * that is not the user's own change, and it is replaced.
 */
export function planApply({ work, staged, before }: Changes): ApplyPlan {
  const stagedTo = toMap(staged);
  const head = new Map<string, Entry>();
  for (const { path, from } of [...staged, ...before.flat(), ...work]) head.set(path, from);
  const workTo = toMap(work);
  const earlier = before.map(toMap);
  const steps: Step[] = [];
  const kept: [string, Entry][] = [];
  const submodules: string[] = [];
  for (const path of new Set([...workTo.keys(), ...earlier.flatMap((one) => [...one.keys()])])) {
    const ofHead = head.get(path);
    const now = stagedTo.has(path) ? stagedTo.get(path) : ofHead;
    const isOurs = now !== ofHead && earlier.some((one) => one.has(path) && one.get(path) === now);
    const from = isOurs ? now : ofHead;
    const to = workTo.has(path) ? workTo.get(path) : ofHead;
    if (from === to) {
      if (isOurs) kept.push([path, to]);
      continue;
    }
    if (isSubmodule(from) || isSubmodule(to)) submodules.push(path);
    else steps.push({ path, from, to });
  }
  return { steps, staged: stagedTo, kept, submodules };
}

function toMap(changes: readonly Change[]): Map<string, Entry> {
  return new Map(changes.map(({ path, to }) => [path, to]));
}
