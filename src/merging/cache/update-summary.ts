import type {
  CollisionMark,
  ConflictClass,
  ConflictPair,
  ConflictSummary,
  HeldWork,
  JudgedSession,
  MergingEvent,
} from "../../contract/merging/conflicts.ts";

/** A result, with the name that each session has in its pairs. */
export interface Looked {
  /** all sessions of the project */
  looked: readonly { session: JudgedSession; key: string; label: string; work?: Omit<HeldWork, "asOf"> }[];
  pairs: readonly ConflictPair[];
}

const order: readonly ConflictClass[] = ["textual", "structural", "semantic"];

/** Does the class mean a collision? */
export function isCollision(kind: ConflictClass): boolean {
  return order.includes(kind);
}

/**
 * Adds a result to the last one. Pairs that were not judged stay as they were.
 * @returns also what is new, by session, for the journals
 */
export function updateSummary(
  before: ConflictSummary | undefined,
  { looked, pairs }: Looked,
): { summary: ConflictSummary; news: Map<string, MergingEvent[]> } {
  const all = new Set(looked.map(({ key }) => key));
  const summary: ConflictSummary = {
    schema: 1,
    marks: Object.fromEntries(Object.entries(before?.marks ?? {}).filter(([key]) => all.has(key))),
    merged: Object.fromEntries(Object.entries(before?.merged ?? {}).filter(([key]) => all.has(key))),
    work: Object.fromEntries(Object.entries(before?.work ?? {}).filter(([key]) => all.has(key))),
  };
  const news = new Map<string, MergingEvent[]>();
  for (const { key, label, session, work } of looked) {
    const { judged, asOf, merged, commit } = session;
    if (!judged) continue;
    if (work !== undefined) summary.work = { ...summary.work, [key]: { ...work, asOf } };
    const last = new Map(Object.entries(summary.marks[key]?.with ?? {}));
    const { now, events } = compareMarks(last, label, pairs);
    if (pairs.length > 0) summary.marks[key] = { asOf, with: Object.fromEntries(now) };
    const wasMerged = summary.merged[key];
    if (merged !== undefined) summary.merged[key] = merged;
    if (merged?.state === "merged" && wasMerged?.state !== "merged")
      events.push({ type: "session.merged", with: `project/${merged.into}`, ...(commit && { commit }) });
    if (events.length > 0) news.set(key, events);
  }
  return { summary: withoutGone(summary, looked), news };
}

/** Without what is known of sessions that were removed and made again under the same name since. */
export function withoutRemade(summary: ConflictSummary, created: Readonly<Record<string, string>>): ConflictSummary {
  const isSame = (key: string): boolean => {
    const [before, now] = [summary.created?.[key], created[key]];
    return before === undefined || now === undefined || before === now;
  };
  const kept = <T>(of: Readonly<Record<string, T>> | undefined): Record<string, T> =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([key]) => isSame(key)));
  return { ...summary, marks: kept(summary.marks), merged: kept(summary.merged), work: kept(summary.work) };
}

/** What a session collides with now, and what is new of that. */
function compareMarks(
  last: ReadonlyMap<string, ConflictClass>,
  label: string,
  pairs: readonly ConflictPair[],
): { now: Map<string, ConflictClass>; events: MergingEvent[] } {
  const now = new Map(last);
  const events: MergingEvent[] = [];
  for (const pair of pairs) {
    if ((pair.a !== label && pair.b !== label) || pair.class === "unknown") continue;
    const other = pair.a === label ? pair.b : pair.a;
    // The project has one branch that sessions are compared with. It may have been another one.
    if (isBranch(other)) for (const name of now.keys()) if (isBranch(name) && name !== other) now.delete(name);
    const paths = pair.paths.map(({ path }) => path);
    if (isCollision(pair.class)) {
      if (last.get(other) !== pair.class)
        events.push({ type: "conflict.found", with: other, class: pair.class, paths });
      now.set(other, pair.class);
    } else if (now.delete(other)) events.push({ type: "conflict.gone", with: other });
  }
  return { now, events };
}

/** A session that is gone collides with nothing. */
function withoutGone(summary: ConflictSummary, looked: Looked["looked"]): ConflictSummary {
  const labels = new Set(looked.map(({ label }) => label));
  const stays = (name: string): boolean => labels.has(name) || name.startsWith("project/");
  const marks = Object.entries(summary.marks).map(([key, mark]) => [
    key,
    { ...mark, with: Object.fromEntries(Object.entries(mark.with).filter(([name]) => stays(name))) },
  ]);
  return { ...summary, marks: Object.fromEntries(marks) as ConflictSummary["marks"] };
}

/** What `list` shows of a session; undefined: it was not judged, or collides with nothing. */
export function markOf(summary: ConflictSummary | undefined, key: string): CollisionMark | undefined {
  const mark = summary?.marks[key];
  const found = Object.entries(mark?.with ?? {});
  const worst = order.find((kind) => found.some(([, each]) => each === kind));
  if (mark === undefined || worst === undefined) return undefined;
  return { class: worst, with: found.map(([name]) => name), asOf: mark.asOf };
}

/** What sessions have changed, where that differs between two results. What is merged has no changes left. */
export function changedSince(
  before: ConflictSummary | undefined,
  now: ConflictSummary,
): Map<string, { paths: string[]; at: string }> {
  const pathsIn = (summary: ConflictSummary | undefined, key: string): string[] =>
    summary?.merged[key]?.state === "merged" ? [] : (summary?.work?.[key]?.paths ?? []);
  return new Map(
    Object.entries(now.work ?? {}).flatMap(([key, { asOf: at }]) => {
      const paths = pathsIn(now, key);
      const isSame = JSON.stringify(paths) === JSON.stringify(pathsIn(before, key));
      return isSame ? [] : [[key, { paths, at }] as const];
    }),
  );
}

const isBranch = (label: string): boolean => label.startsWith("project/");
