import { savedBy } from "../clone/unsaved/saved.ts";
import type { ConflictPair, JudgedSession, MergedView, MergingEvent } from "../contract/merging/conflicts.ts";
import type { Source } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { withLock } from "../system/locks.ts";
import { askClones, type Found } from "./ask-clones.ts";
import { checkTips } from "./check-tips.ts";
import { openPairCache } from "./cache/pair-cache.ts";
import { readSummary, writeSummary } from "./cache/summary.ts";
import { readTips, writeTips, type Seen } from "./cache/tips.ts";
import { changedSince, updateSummary, withoutRemade } from "./cache/update-summary.ts";
import { classifierVersion } from "./classes/classify.ts";
import { heldWork } from "./held-work.ts";
import { createChangeReader } from "./judge/change-reader.ts";
import { readLineages, type FindLineage } from "./judge/lineage.ts";
import { judgePairs, type Party } from "./judge/judge-pairs.ts";
import type { Merged } from "./merged/judge-merged.ts";
import { mergedOf } from "./merged/merged-of.ts";
import { keyOf, type Clone, type Target } from "./parties.ts";
import { openScratch } from "./scratch/open-scratch.ts";
import type { Scratch } from "./scratch/scratch-git.ts";
import { scratchName } from "./scratch/scratch-name.ts";

export interface LookRequest {
  project: { name: string; root: string };
  source: Source;
  target: Target;
  /** all sessions of the project; `open` of one that cannot be looked at throws why */
  clones: readonly Clone[];
  /** judge pairs; otherwise only whether each is merged */
  pairs: boolean;
  /** the sessions whose pairs are wanted, by `keyOf`; undefined: all */
  only?: ReadonlySet<string>;
  /** sessions that did nothing since they were last seen, by `keyOf`: they are not asked again */
  still?: ReadonlySet<string>;
  /** the only sessions to ask, by `keyOf`; the others are as they were last seen */
  ask?: ReadonlySet<string>;
  /** how many sessions of one host are asked side by side */
  atOnce?: number;
}

export interface LookResult {
  sessions: JudgedSession[];
  pairs: ConflictPair[];
  /** what is new since the last look, for the journals, by `keyOf` */
  news: Map<string, MergingEvent[]>;
  /** what each session has changed, by `keyOf`, where that is not what it was; nothing once it is merged */
  changed: Map<string, { paths: string[]; at: string }>;
  /** what limits the whole answer */
  note?: string;
}

/**
 * Looks at sessions of one project and compares what they hold, uncommitted work included. A session that goes over a limit, or whose
 * host does not answer, has a reason instead of a result, and does not affect the others. Nothing is changed in a clone or in the
 * project; what sessions send is kept in the project's scratch repository.
 * @throws GIT_FAILED, GIT_MISSING, BUSY, DISK_FULL, INTERRUPTED
 */
export async function lookAtSessions(ctx: Context, request: LookRequest): Promise<LookResult> {
  const name = scratchName(request.project);
  const what = `the comparison of ${request.project.name}'s sessions`;
  return await withLock(
    ctx,
    `conflicts-${name}`,
    { what, waitMs: 120_000 },
    async () => await look(ctx, name, request),
  );
}

/** Of sessions that were not asked this time. */
const maxKept = 1_000;

async function look(ctx: Context, name: string, request: LookRequest): Promise<LookResult> {
  const { source, target, clones } = request;
  const [scratch, projectTips] = await Promise.all([
    openScratch(ctx, { name, source, target: target.tips[0] }),
    savedBy(ctx, source, { ask: false }).tips(),
  ]);
  const before = await readTips(scratch);
  const found = await askClones(ctx, scratch, request, { before, have: projectTips });
  const { trees } = await checkTips(ctx, scratch, found, { before, target });
  const lineages = createLineages(ctx, scratch, { found, target, projectTips });
  const parties = new Map(
    clones.map((clone) => {
      const seen = found.get(keyOf(clone));
      const tip = seen?.reason === undefined ? seen?.tip : undefined;
      return [clone, tip === undefined ? undefined : { name: labelOf(clone, clones), tip, isSession: true }] as const;
    }),
  );
  const branch: Party = { name: `project/${target.branch}`, tip: target.tips[0], isSession: false };
  const cache = await openPairCache(ctx, name, `${scratch.key} ${classifierVersion}`);
  const wanted = request.pairs ? pairsOf(clones, request.only) : [];
  const known = wanted.flatMap(([a, b]) => {
    const [one, other] = [parties.get(a), b === undefined ? branch : parties.get(b)];
    return one === undefined || other === undefined ? [] : [[one, other] as const];
  });
  const changes = createChangeReader(ctx, scratch);
  const heldOf = await heldWork(found, { lineages, projectTips, changes });
  const judged = await judgePairs(ctx, scratch, known, { projectTips, cache, lineages, changes });
  await cache.save();
  for (const [clone, party] of parties) {
    const [seen, reason] = [found.get(keyOf(clone)), judged.lost.get(party?.name ?? "")];
    if (seen !== undefined && reason !== undefined) seen.reason = reason;
  }
  const answers = new Map(judged.pairs.map((pair) => [`${pair.a}\0${pair.b}`, pair]));
  const pairs = wanted.map(([a, b]): ConflictPair => {
    const [one, other] = [labelOf(a, clones), b === undefined ? branch.name : labelOf(b, clones)];
    const reason = found.get(keyOf(a))?.reason ?? (b === undefined ? undefined : found.get(keyOf(b))?.reason);
    const unknown = { a: one, b: other, class: "unknown", paths: [], reason: reason ?? "it has no commit" } as const;
    return answers.get(`${one}\0${other}`) ?? { ...unknown, paths: [] };
  });
  const [merged, held] = await Promise.all([mergedOf(ctx, scratch, request, { found, lineages, trees }), heldOf()]);
  // A session that could not be judged is asked for everything the next time.
  const others = [...before].filter(([key]) => !found.has(key)).slice(-maxKept);
  const good = [...found].filter(([, { reason }]) => reason === undefined);
  await writeTips(scratch, new Map([...others, ...good.map(([key, seen]) => [key, toSeen(seen)] as const)]));
  const looked = clones.map((clone) => {
    const session = judgedSession(clone, found.get(keyOf(clone)), merged, request);
    const work = held.get(keyOf(clone));
    return { session, key: keyOf(clone), label: labelOf(clone, clones), ...(work && { work }) };
  });
  const sessions = looked.map(({ session }) => session);
  const stored = readSummary(ctx, request.project);
  const created = createdOf(clones);
  const last = stored && withoutRemade(stored, created);
  const { summary: updated, news } = updateSummary(last, { looked, pairs });
  const summary = { ...updated, created };
  if (JSON.stringify(summary) !== JSON.stringify(stored)) await writeSummary(ctx, request.project, summary);
  return {
    sessions,
    pairs,
    news,
    changed: changedSince(last, summary),
    ...(judged.note !== undefined && { note: judged.note }),
  };
}

/** The lineages of all commits that are judged, read once when the first is asked for. */
function createLineages(
  ctx: Context,
  scratch: Scratch,
  { found, target, projectTips }: { found: ReadonlyMap<string, Found>; target: Target; projectTips: readonly string[] },
): () => Promise<FindLineage> {
  const good = [...found.values()].filter(({ reason }) => reason === undefined);
  const named = good.flatMap(({ tip, head }) => [tip, head]).filter((oid) => oid !== undefined);
  let reading: Promise<FindLineage> | undefined;
  return async () =>
    await (reading ??= readLineages(ctx, scratch, [...new Set([target.tips[0], ...named])], projectTips));
}

function createdOf(clones: readonly Clone[]): Record<string, string> {
  return Object.fromEntries(
    clones.flatMap((clone) =>
      clone.createdAt === undefined || clone.createdAt === "" ? [] : [[keyOf(clone), clone.createdAt]],
    ),
  );
}

/** Sessions of the same name are distinguished by their host. */
function labelOf(clone: Clone, all: readonly Clone[]): string {
  return all.some((other) => other !== clone && other.name === clone.name) ? `${clone.name}@${clone.host}` : clone.name;
}

/** Every pair of sessions that one of the wanted ones is in; `undefined` as the second is the project's branch. */
function pairsOf(clones: readonly Clone[], only: ReadonlySet<string> | undefined): [Clone, Clone | undefined][] {
  const isWanted = (clone: Clone): boolean => only === undefined || only.has(keyOf(clone));
  const pairs: [Clone, Clone | undefined][] = [];
  for (const [n, a] of clones.entries())
    for (const b of clones.slice(n + 1)) if (isWanted(a) || isWanted(b)) pairs.push([a, b]);
  for (const a of clones) if (isWanted(a)) pairs.push([a, undefined]);
  return pairs;
}

function judgedSession(
  clone: Clone,
  seen: Found | undefined,
  merged: ReadonlyMap<string, Merged>,
  { target }: LookRequest,
): JudgedSession {
  const { id, name, host } = clone;
  const { asOf = "", reason, tip, head, during } = seen ?? {};
  const found = merged.get(keyOf(clone));
  const view: MergedView | undefined =
    found === undefined || reason !== undefined ? undefined : { ...found, into: target.branch, asOf };
  return {
    id,
    name,
    host,
    asOf,
    judged: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    ...(during === undefined ? {} : { during }),
    ...(tip === undefined ? {} : { commit: tip }),
    ...(head === undefined ? {} : { head }),
    ...(view === undefined ? {} : { merged: view }),
  };
}

function toSeen({ tip, head, during, asOf, start, merged, work }: Seen): Seen {
  return {
    asOf,
    start,
    ...(tip === undefined ? {} : { tip }),
    ...(head === undefined ? {} : { head }),
    ...(during === undefined ? {} : { during }),
    ...(merged === undefined ? {} : { merged }),
    ...(work === undefined ? {} : { work }),
  };
}
