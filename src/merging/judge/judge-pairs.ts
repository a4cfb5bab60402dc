import type { ConflictPair } from "../../contract/merging/conflicts.ts";
import type { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { PairCache } from "../cache/pair-cache.ts";
import { createClassify, type Classify } from "../classes/classify.ts";
import { createBlobReader, type BlobReader } from "../scratch/blob-reader.ts";
import type { Scratch } from "../scratch/scratch-git.ts";
import { reasonFor } from "../snapshot/take-snapshot.ts";
import { announceFiles, candidateFiles, classifyPair, maxListed } from "./classify-pair.ts";
import { collisionsOf, refine, type Collision } from "./kinds.ts";
import { createBaseFinder, readLineages, type FindLineage } from "./lineage.ts";
import { mergePairs } from "./merge-pairs.ts";
import { createChangeReader, type ChangeReader } from "./change-reader.ts";
import { findLarge } from "./path-sets.ts";
import { canCollide, pathSet, type ChangedPath, type PathSet } from "./prefilter.ts";

/** A side of a merge: a session, or the project's branch. */
export interface Party {
  name: string;
  tip: string;
  /** a session: what it sent is bounded, and it may be left out */
  isSession: boolean;
}

export interface Judged {
  pairs: ConflictPair[];
  /** sessions that are over a limit, by name, with the reason */
  lost: Map<string, string>;
  /** why names could not be looked for */
  note?: string;
}

export interface JudgeOptions {
  /** tips of the project's refs */
  projectTips: readonly string[];
  cache: PairCache;
  /** the lineages of at least these tips, if the caller needs them too */
  lineages?: () => Promise<FindLineage>;
  /** the same for what commits change */
  changes?: ChangeReader;
  classify?: Classify;
}

type Two = readonly [a: Party, b: Party];

interface Compared {
  two: Two;
  sets: readonly [PathSet, PathSet] | undefined;
  /** the sets belong to the one merge base: without a path in common the merge is clean */
  isExact: boolean;
}

/** Pairs with several merge bases, or none, for whose names git is asked one by one. */
const maxSlow = 200;

/**
 * Judges pairs of parties. Results of earlier calls are used; all others cost a few calls of git together.
 * @returns the pairs in order; those of a session that goes over a limit are `unknown`
 */
export async function judgePairs(
  ctx: Context,
  scratch: Scratch,
  wanted: readonly Two[],
  {
    projectTips,
    cache,
    lineages,
    changes = createChangeReader(ctx, scratch),
    classify = createClassify(),
  }: JudgeOptions,
): Promise<Judged> {
  const lost = new Map<string, string>();
  const open = wanted.filter(([a, b]) => a.tip !== b.tip && cache.find(a.tip, b.tip) === undefined);
  if (open.length > 0) {
    const tips = [...new Set(open.flatMap(([a, b]) => [a.tip, b.tip]))];
    const lineageOf = await (lineages?.() ?? readLineages(ctx, scratch, tips, projectTips));
    const reader = createBlobReader(ctx, scratch);
    const compared = await compareAll(ctx, scratch, open, { lineageOf, changes, reader, lost });
    await mergeAll(ctx, scratch, compared, { cache, lost, classify, reader });
  }
  const pairs = wanted.map(([a, b]): ConflictPair => {
    const found = a.tip === b.tip ? ({ class: "clean", paths: [] } as const) : cache.find(a.tip, b.tip);
    const reason = lost.get(a.name) ?? lost.get(b.name);
    if (found !== undefined && reason === undefined) return { a: a.name, b: b.name, ...found, paths: [...found.paths] };
    return { a: a.name, b: b.name, class: "unknown", paths: [], reason: reason ?? "git could not merge them in time" };
  });
  return { pairs, lost, ...(classify.note !== undefined && { note: classify.note }) };
}

async function compareAll(
  ctx: Context,
  scratch: Scratch,
  open: readonly Two[],
  { lineageOf, ...readers }: { lineageOf: FindLineage } & Readers,
): Promise<Compared[]> {
  const findBase = createBaseFinder(ctx, scratch);
  const bases: Based[] = [];
  let slow = 0;
  for (const party of new Set(open.flat()))
    if (party.isSession && lineageOf(party.tip) === undefined)
      readers.lost.set(party.name, "git cannot read its commits");
  for (const two of open) {
    const [a, b] = two.map(({ tip }) => lineageOf(tip));
    const exact = a === undefined || b === undefined ? undefined : await findBase(a, b);
    const isKnown = a !== undefined && b !== undefined;
    const isSlow = exact === undefined && isKnown && (slow += 1) <= maxSlow;
    const base = exact ?? (isSlow ? await findBase.any(two[0].tip, two[1].tip) : undefined);
    bases.push({ two, base, isExact: exact !== undefined });
  }
  return await withSets(bases, readers);
}

interface Readers {
  changes: ChangeReader;
  reader: BlobReader;
  lost: Map<string, string>;
}

interface Based {
  two: Two;
  base: string | undefined;
  isExact: boolean;
}

/** Reads what each side changed since the base: all in a few calls of git. */
async function withSets(bases: readonly Based[], { changes, reader, lost }: Readers): Promise<Compared[]> {
  const comparisons = new Map<string, { base: string; tip: string; parties: Set<Party> }>();
  for (const { two, base } of bases)
    for (const party of two) {
      if (base === undefined) continue;
      const key = `${base} ${party.tip}`;
      const known = comparisons.get(key) ?? { base, tip: party.tip, parties: new Set<Party>() };
      known.parties.add(party);
      comparisons.set(key, known);
    }
  const asked = [...comparisons.values()];
  const compared = await changes.read(asked);
  const large = await findLarge(
    reader,
    asked.map(({ parties }, n) => ofSessions(parties, compared[n])),
  );
  const sets = new Map<string, PathSet>();
  for (const [n, { base, tip, parties }] of asked.entries()) {
    const found = compared[n];
    const reason = !Array.isArray(found)
      ? reasonFor(found)
      : large[n] === true
        ? "its git sent a file that is larger than what is compared"
        : undefined;
    if (Array.isArray(found)) sets.set(`${base} ${tip}`, pathSet(found));
    if (reason !== undefined) for (const one of parties) if (one.isSession) lost.set(one.name, reason);
  }
  return bases.map(({ two, base, isExact }): Compared => {
    const [ours, theirs] = two.map(({ tip }) => sets.get(`${base} ${tip}`));
    return { two, isExact, sets: ours === undefined || theirs === undefined ? undefined : [ours, theirs] };
  });
}

function ofSessions(parties: ReadonlySet<Party>, found: ChangedPath[] | CoworkError | undefined): ChangedPath[] {
  return Array.isArray(found) && [...parties].every(({ isSession }) => isSession) ? found : [];
}

interface Work {
  cache: PairCache;
  lost: Map<string, string>;
  classify: Classify;
  reader: BlobReader;
}

async function mergeAll(
  ctx: Context,
  scratch: Scratch,
  compared: readonly Compared[],
  { cache, lost, classify, reader }: Work,
): Promise<void> {
  const isLost = ({ two }: Compared): boolean => two.some(({ name }) => lost.has(name));
  const judged = compared.filter((one) => !isLost(one));
  const merged = judged
    .filter(({ sets, isExact }) => !isExact || sets === undefined || canCollide(...sets))
    // With the project's branch first: there it shows whether a session alone goes over a limit.
    .toSorted((x, y) => Number(y.two.some((one) => !one.isSession)) - Number(x.two.some((one) => !one.isSession)));
  const guilt = createGuilt(lost);
  const pairs = merged.map(({ two: [a, b] }) => ({ a: a.tip, b: b.tip }));
  const byTips = new Map(merged.map(({ two }) => [`${two[0].tip} ${two[1].tip}`, two]));
  const twoOf = ({ a, b }: { a: string; b: string }): Two | undefined => byTips.get(`${a} ${b}`);
  const leftovers: Promise<unknown>[] = [];
  const merging = mergePairs(ctx, scratch, pairs, {
    onLost: (pair) => guilt(twoOf(pair)),
    isLost: (pair) => twoOf(pair)?.some(({ name }) => lost.has(name)) === true,
    later: (work) => void leftovers.push(work),
  });
  // While git merges.
  const preparing = classify.prepare?.(merged.flatMap(({ sets }) => (sets === undefined ? [] : pathsOfBoth(sets))));
  announceFiles(reader, new Set(judged.flatMap(({ sets = [] }) => sets)));
  const [records] = await Promise.all([merging, preparing, reader.load()]);
  const collisions = new Map<Compared, Collision[] | undefined>();
  for (const [n, one] of merged.entries()) {
    const [record, pair] = [records[n], pairs[n]];
    collisions.set(one, record === undefined || pair === undefined ? undefined : collisionsOf(record, pair));
  }
  const candidates = judged.flatMap((one) => {
    const found = (collisions.has(one) ? collisions.get(one) : [])?.slice(0, maxListed);
    return found === undefined || isLost(one) ? [] : [{ one, found, files: candidateFiles(reader, found, one.sets) }];
  });
  for (const { one, found, files } of candidates) {
    const [a, b] = one.two;
    for (const [n, collision] of found.entries()) {
      const [file, { kind }] = [files[n], await refine(collision, reader)];
      if (file !== undefined) file.conflict = kind;
    }
    const { isPartial, ...verdict } = await classifyPair(classify, [a, b], files);
    cache.keep(a.tip, b.tip, verdict, { save: isPartial !== true });
  }
  await Promise.all(leftovers);
}

function pathsOfBoth([a, b]: readonly [PathSet, PathSet]): string[] {
  const [few, many] = a.paths.size <= b.paths.size ? [a, b] : [b, a];
  return [...few.paths.keys()].filter((path) => many.paths.has(path));
}

/**
 * Finds who is to blame for merges that go over a limit: a session whose merge with the project's branch does, or that is in more of them
 * than every other one.
 */
function createGuilt(lost: Map<string, string>): (two: Two | undefined) => void {
  const counts = new Map<string, number>();
  const why = "git could not merge it within its limits";
  return (two) => {
    const sessions = (two ?? []).filter(({ isSession }) => isSession).map(({ name }) => name);
    const [only] = sessions;
    if (sessions.length === 1 && only !== undefined) lost.set(only, why);
    for (const name of sessions) counts.set(name, (counts.get(name) ?? 0) + 1);
    const [one, other] = sessions.toSorted((x, y) => (counts.get(y) ?? 0) - (counts.get(x) ?? 0));
    const [most, less] = [counts.get(one ?? "") ?? 0, counts.get(other ?? "") ?? 0];
    if (sessions.length === 2 && one !== undefined && most >= 2 && most > less) lost.set(one, why);
  };
}
