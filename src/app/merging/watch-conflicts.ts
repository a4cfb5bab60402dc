import { toCoworkError } from "../../errors.ts";
import { keyOf } from "../../merging/parties.ts";
import type { Found } from "../find/find-sessions.ts";
import { openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { listByHost } from "../sessions/ask-hosts.ts";
import {
  checkType,
  conflictsOf,
  compareProject,
  projectsOf,
  type Conflicts,
  type ConflictsWanted,
} from "./conflicts.ts";
import { projectTarget } from "./project-target.ts";

/** Sessions whose agents say something are looked at within this time. */
const pollMs = 700;
/** A person may work in a session without an agent: all are looked at after this time, */
const everyMs = 30_000;
/** or after this many times as long as that took, so that many sessions do not keep their hosts busy. */
const pause = 20;
/** Events that `conflicts` itself writes. */
const own = /^(conflict\.|session\.merged)/;

/**
 * Compares sessions again and again, until the context's signal fires: at once those whose agents said something, all others now and
 * then.
 * @param emit called with the first result, and with each that differs from the one before
 * @throws as `findConflicts`
 */
export async function watchConflicts(
  scope: Scope,
  wanted: ConflictsWanted,
  emit: (found: Conflicts) => void,
): Promise<void> {
  checkType(wanted.type);
  const projects = (await projectsOf(scope, wanted)).map((found) => ({ found, feed: createFeed(found) }));
  const time = (): number => scope.ctx.clock.now().getTime();
  let fullAt = time();
  const looks = await Promise.all(projects.map(async ({ found }) => await compareProject(found)));
  let fullMs = Math.abs(time() - fullAt);
  let shown = "";
  for (;;) {
    const result = conflictsOf(looks, wanted);
    const essence = JSON.stringify([
      result.pairs,
      result.sessions.map(({ judged, merged }) => [judged, merged?.state]),
    ]);
    if (essence !== shown) emit(result);
    shown = essence;
    for (let changed = false; !changed;) {
      await scope.ctx.clock.sleep(pollMs, scope.ctx.signal).catch((error: unknown) => {
        throw toCoworkError(error);
      });
      const now = time();
      const isDue = Math.abs(now - fullAt) >= Math.max(everyMs, fullMs * pause);
      for (const [n, { found, feed }] of projects.entries()) {
        const news = await feed();
        const look = looks[n];
        if (look === undefined || (!isDue && news.keys.size === 0 && !news.hasMoved)) continue;
        const still = new Set(look.sessions.map(keyOf).filter((key) => !news.keys.has(key)));
        looks[n] = await compareProject(found, isDue ? {} : { still });
        changed = true;
      }
      if (isDue) [fullAt, fullMs] = [now, Math.abs(time() - now)];
    }
  }
}

interface News {
  /** sessions whose history has grown */
  keys: Set<string>;
  /** the project's branch has other commits */
  hasMoved: boolean;
}

/** Asks what happened since it was asked last. A host that does not answer has no news. */
function createFeed({ scope, selector }: Found): () => Promise<News> {
  const cursors = new Map<string, Record<string, number>>();
  const { names: _, ...all } = selector;
  let tips: string | undefined;
  return async () => {
    const [hosts, target] = await Promise.all([
      listByHost(scope, all).catch(() => []),
      projectTarget(scope.ctx, await scope.project()),
    ]);
    const now = target?.tips.join(" ");
    const news: News = { keys: new Set(), hasMoved: tips !== undefined && now !== tips };
    tips = now;
    for (const { host } of hosts) {
      const before = cursors.get(host);
      const since = before === undefined ? { since: "9999-12-31T23:59:59.999Z" } : { cursors: before };
      const part = await openHost(scope, host);
      const answer = await part.events(all, { ...since, limit: 2_000 }).catch(() => undefined);
      if (answer === undefined) continue;
      cursors.set(host, { ...before, ...answer.cursors });
      for (const { sessionId, type } of answer.events)
        if (!own.test(type)) news.keys.add(keyOf({ id: sessionId, host }));
    }
    return news;
  };
}
