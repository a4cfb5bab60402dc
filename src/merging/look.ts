import { savedBy } from "../clone/unsaved/saved.ts";
import type { GitInside } from "../clone/types.ts";
import type { ConflictPair, JudgedSession, MergedView, MergingEvent } from "../contract/merging/conflicts.ts";
import { toCoworkError } from "../errors.ts";
import type { Source } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { withLock } from "../system/locks.ts";
import { readSummary, writeSummary } from "./cache/summary.ts";
import { updateSummary } from "./cache/update-summary.ts";
import { openPairCache } from "./cache/pair-cache.ts";
import { readTips, writeTips, type Seen } from "./cache/tips.ts";
import { classifierVersion } from "./classes/classify.ts";
import { judgePairs, type Party } from "./judge/judge-pairs.ts";
import { judgeMerged, type Merged } from "./merged/judge-merged.ts";
import { openScratch, type OpenScratch } from "./scratch/open-scratch.ts";
import { scratchGit } from "./scratch/scratch-git.ts";
import { scratchName } from "./scratch/scratch-name.ts";
import { lookInside, reasonFor, takeLook, type Look } from "./snapshot/take-snapshot.ts";

/** A session to look at. */
export interface Clone {
  id: string;
  name: string;
  host: string;
  running: boolean;
  /** Opens its clone without a lock. Throws what the host does. */
  open(): Promise<{ inside: GitInside; start: { commit: string }; close(): Promise<void> }>;
}

/** The branch that sessions are compared with. */
export interface Target {
  branch: string;
  /** commits of the branch, the project's own first, then its upstream's if that differs */
  tips: readonly [string, ...string[]];
}

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
}

export interface LookResult {
  sessions: JudgedSession[];
  pairs: ConflictPair[];
  /** what is new since the last look, for the journals, by `keyOf` */
  news: Map<string, MergingEvent[]>;
}

/** Sessions are asked side by side. */
const atOnce = 8;

export function keyOf({ id, host }: { id: string; host: string }): string {
  return `${host}/${id}`;
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

type Found = Seen & { reason?: string };

/** Of sessions that were not asked this time. */
const maxKept = 1_000;

async function look(ctx: Context, name: string, request: LookRequest): Promise<LookResult> {
  const { source, target, clones } = request;
  const scratch = await openScratch(ctx, { name, source, target: target.tips[0] });
  const before = await readTips(scratch);
  const projectTips = await savedBy(ctx, source, { ask: false }).tips();
  const found = await takeAll(ctx, scratch, request, { before, have: projectTips });
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
  const judged = await judgePairs(ctx, scratch, known, { projectTips, cache });
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
  const merged = await mergedOf(ctx, scratch, request, found);
  // A session that could not be judged is asked for everything the next time.
  const others = [...before].filter(([key]) => !found.has(key)).slice(-maxKept);
  const good = [...found].filter(([, { reason }]) => reason === undefined);
  await writeTips(scratch, new Map([...others, ...good.map(([key, seen]) => [key, toSeen(seen)] as const)]));
  const looked = clones.map((clone) => {
    const session = judgedSession(clone, found.get(keyOf(clone)), merged, request);
    return { session, key: keyOf(clone), label: labelOf(clone, clones) };
  });
  const sessions = looked.map(({ session }) => session);
  const last = readSummary(ctx, request.project);
  const { summary, news } = updateSummary(last, { looked, pairs });
  if (JSON.stringify(summary) !== JSON.stringify(last)) await writeSummary(ctx, request.project, summary);
  return { sessions, pairs, news };
}

/** Sessions of the same name are told apart by their host. */
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

/** Asks the sessions, several at once, and takes in what they send, one after the other. */
async function takeAll(
  ctx: Context,
  scratch: OpenScratch,
  { clones, still, ask }: LookRequest,
  { before, have }: { before: ReadonlyMap<string, Seen>; have: readonly string[] },
): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  let bytes = 0;
  let taking: Promise<unknown> = Promise.resolve();
  const one = async (clone: Clone): Promise<void> => {
    const key = keyOf(clone);
    const last = before.get(key);
    const asOf = ctx.clock.now().toISOString();
    const isStill = still?.has(key) === true || ask?.has(key) === false;
    if (isStill && (last !== undefined || ask !== undefined)) {
      found.set(key, last === undefined ? { asOf, start: "", reason: "it was not looked at" } : { ...last });
      return;
    }
    let start = "";
    try {
      const opened = await clone.open();
      let seen: Look;
      try {
        start = opened.start.commit;
        const [heads, known] = [last?.head, last?.tip].map((oid) => (oid === undefined ? [] : [oid]));
        const request = {
          id: clone.id,
          start,
          running: clone.running,
          have: [...have, ...(heads ?? [])],
          known: known ?? [],
        };
        seen = await lookInside(ctx, opened.inside, scratch.objectFormat, request);
      } finally {
        await opened.close();
      }
      const take = async (): Promise<number> => (bytes += await takeLook(ctx, scratch, seen));
      await (taking = taking.then(take, take));
      const { tip, head, during } = seen;
      const merged = last?.tip === tip ? last?.merged : undefined;
      const optional = {
        ...(tip && { tip }),
        ...(head && { head }),
        ...(during && { during }),
        ...(merged && { merged }),
      };
      found.set(key, { asOf, start, ...optional });
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (toCoworkError(error).code === "DISK_FULL") throw error;
      found.set(key, { asOf, start, reason: reasonFor(error) });
    }
  };
  const open = [...clones];
  const work = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (bytes > 0) await scratch.grown(bytes);
  await checkTips(ctx, scratch, found);
  return found;
}

/** What a session calls its commit may be anything, or nothing that it sent. */
async function checkTips(ctx: Context, scratch: OpenScratch, found: ReadonlyMap<string, Found>): Promise<void> {
  const named = [...found.values()].filter(({ tip }) => tip !== undefined);
  if (named.length === 0) return;
  const { stdout } = await scratchGit(ctx, scratch, ["cat-file", "--batch-check=%(objecttype)"], {
    input: named.map(({ tip }) => `${tip}\n`).join(""),
  });
  const types = stdout.split("\n");
  for (const [n, seen] of named.entries()) if (types[n] !== "commit") seen.reason = "its git sent no commit";
}

/** Whether each session is merged. The answer is kept with the commits that it is for. */
async function mergedOf(
  ctx: Context,
  scratch: OpenScratch,
  { clones, target }: LookRequest,
  found: ReadonlyMap<string, Found>,
): Promise<Map<string, Merged>> {
  const merged = new Map<string, Merged>();
  const of = target.tips.join(" ");
  for (const clone of clones) {
    const seen = found.get(keyOf(clone));
    if (seen?.tip === undefined || seen.reason !== undefined || seen.during !== undefined) continue;
    try {
      const answer = seen.merged?.of === of ? seen.merged : await wholeWork(ctx, scratch, seen, target);
      const { state, how } = answer;
      const view = { state, ...(how === undefined ? {} : { how }) };
      seen.merged = { of, ...view };
      merged.set(keyOf(clone), view);
    } catch (error) {
      // Not knowing is not merged.
      ctx.signal.throwIfAborted();
      ctx.log(`${clone.id}: ${toCoworkError(error).message}`);
    }
  }
  return merged;
}

/** What is committed has to be there as well as what is not: the working tree may take back what is committed. */
async function wholeWork(
  ctx: Context,
  scratch: OpenScratch,
  { tip = "", head, start }: Seen,
  target: Target,
): Promise<Merged> {
  const answer = await inAny(ctx, scratch, { tip, start }, target);
  if (answer.state !== "merged" || head === undefined || head === tip) return answer;
  const committed = await inAny(ctx, scratch, { tip: head, start }, target);
  return committed.state === "merged" || committed.state === "nothing" ? answer : { state: "not merged" };
}

/** In the project's branch, or in its upstream, which may be ahead. */
async function inAny(
  ctx: Context,
  scratch: OpenScratch,
  work: { tip: string; start: string },
  { tips }: Target,
): Promise<Merged> {
  let first: Merged | undefined;
  for (const target of tips) {
    const answer = await judgeMerged(ctx, scratch, { ...work, target });
    if (answer.state !== "not merged") return answer;
    first ??= answer;
  }
  return first ?? { state: "not merged" };
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
    ...{ id, name, host, asOf, judged: reason === undefined },
    ...(reason === undefined ? {} : { reason }),
    ...(during === undefined ? {} : { during }),
    ...(tip === undefined ? {} : { commit: tip }),
    ...(head === undefined ? {} : { head }),
    ...(view === undefined ? {} : { merged: view }),
  };
}

function toSeen({ tip, head, during, asOf, start, merged }: Seen): Seen {
  return {
    asOf,
    start,
    ...(tip === undefined ? {} : { tip }),
    ...(head === undefined ? {} : { head }),
    ...(during === undefined ? {} : { during }),
    ...(merged === undefined ? {} : { merged }),
  };
}
