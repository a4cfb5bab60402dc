import type { SessionEvent } from "../../contract/work/history.ts";
import { toCoworkError, usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { readDuration } from "../../config/values.ts";
import { findSessions, type SessionWords } from "../find/find-sessions.ts";
import { emitNote } from "../sessions/outcomes.ts";
import type { Scope } from "../scope.ts";
import { askTarget, hostTargets, type HostTarget } from "./ask-hosts.ts";

export interface EventsWanted extends SessionWords {
  /** a time, or a duration before now; undefined: all, or with `follow` only what happens from now on */
  since: string | undefined;
  /** prefixes of types, separated by commas */
  types: string | undefined;
  follow: boolean;
}

/** Events in one answer of a host. */
const pageSize = 2_000;
const pollMs = 1_000;
/** Later than any event: the answer has none, and says how far each history goes, whatever the host's clock shows. */
const never = "9999-12-31T23:59:59.999Z";

/** What was read from one host. */
interface Feed {
  target: HostTarget;
  cursors: Record<string, number> | undefined;
  /** read and not emitted yet, sorted by time */
  queue: SessionEvent[];
  /** everything that there was has been read */
  caughtUp: boolean;
  /** it does not answer, and the others do not wait for it */
  late: boolean;
  /** nothing more comes from it */
  ended: boolean;
  reading: Promise<void> | undefined;
}

/**
 * Reads the history of sessions on all hosts: of this project, outside of a project or with `all` of every project. Events come sorted
 * by time; those of a host that does not answer within three seconds come when it does. With `follow` also what happens from then
 * on, until the context's signal fires; after a lost connection it goes on after the last event.
 * @throws USAGE, SESSION_NOT_FOUND; HOST_UNREACHABLE if it is the only host; INTERRUPTED
 */
export async function readEvents(
  scope: Scope,
  wanted: EventsWanted,
  emit: (events: readonly SessionEvent[]) => void,
): Promise<void> {
  const query = {
    since: sinceOf(scope, wanted),
    types: wanted.types?.split(",").filter((type) => type !== ""),
    follow: wanted.follow,
    isOnly: false,
  };
  const found = await findSessions(scope, wanted, { verb: "events", outside: "all" });
  const feeds = (await hostTargets(found)).flatMap(perName).map((target): Feed => ({
    target,
    cursors: undefined,
    queue: [],
    caughtUp: false,
    late: false,
    ended: false,
    reading: undefined,
  }));
  query.isOnly = new Set(feeds.map(({ target }) => target.host)).size === 1;
  await catchUp(scope, feeds, query, emit);
  await Promise.all(feeds.map(async (feed) => await goOn(feed, query, emit)));
}

interface Query {
  since: string | undefined;
  types: string[] | undefined;
  follow: boolean;
  /** there is only one host */
  isOnly: boolean;
}

function sinceOf({ ctx }: Scope, { since, follow }: EventsWanted): string | undefined {
  if (since === undefined) return follow ? never : undefined;
  const duration = readDuration(since);
  const now = ctx.clock.now().getTime();
  const at = duration === undefined ? Date.parse(/^\d{4}-\d\d-\d\d/.test(since) ? since : "") : now - duration;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw usageError(
    `--since ${plain(since)} is neither a time (2026-03-01T12:00) nor a duration (10m).`,
    "cowork events --since 10m",
  );
}

/** Asked one by one, named sessions do not depend on each other: one may be removed meanwhile. */
function perName(target: HostTarget): HostTarget[] {
  const { selector } = target;
  if (selector.names === undefined) return [target];
  return selector.names.map((name) => ({ ...target, selector: { ...selector, names: [name] } }));
}

/** Emits what there is on all hosts that answer, in the order of time. */
async function catchUp(
  scope: Scope,
  feeds: readonly Feed[],
  query: Query,
  emit: (events: readonly SessionEvent[]) => void,
): Promise<void> {
  for (;;) {
    const prompt = feeds.filter(({ late }) => !late);
    const waiting = prompt.filter(({ queue, caughtUp, ended }) => queue.length === 0 && !caughtUp && !ended);
    await Promise.all(
      waiting.map(async (feed) => {
        const becameLate = Promise.withResolvers<void>();
        feed.reading = readPage(feed, query, () => {
          feed.late = true;
          becameLate.resolve();
        });
        // Its error is thrown where the feed goes on.
        feed.reading.catch(() => undefined);
        await Promise.race([feed.reading, becameLate.promise]);
      }),
    );
    scope.ctx.signal.throwIfAborted();
    // Of a host with more pages, events up to the last one of this page are known.
    const bounds = prompt
      .filter((feed) => !feed.caughtUp && !feed.ended && !feed.late)
      .map(({ queue }) => queue.at(-1)?.at ?? "");
    const bound = bounds.toSorted()[0];
    const due = prompt.flatMap(({ queue }) => {
      const count = bound === undefined ? queue.length : queue.findLastIndex(({ at }) => at <= bound) + 1;
      return queue.splice(0, count);
    });
    emit(due.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)));
    if (prompt.every((feed) => feed.late || feed.ended || (feed.caughtUp && feed.queue.length === 0))) return;
  }
}

/** Goes on with one host alone. */
async function goOn(feed: Feed, query: Query, emit: (events: readonly SessionEvent[]) => void): Promise<void> {
  const { ctx } = feed.target.scope;
  await feed.reading;
  for (;;) {
    emit(feed.queue.splice(0));
    if (feed.ended || (feed.caughtUp && !query.follow)) return;
    if (feed.caughtUp || feed.target.away) {
      await ctx.clock.sleep(pollMs, ctx.signal).catch((error: unknown) => {
        throw toCoworkError(error);
      });
    }
    await readPage(feed, query);
  }
}

/** Reads the next events of a host. Without `follow` a host that does not answer is left out, unless it is the only one. */
async function readPage(feed: Feed, query: Query, onLate?: () => void): Promise<void> {
  const { target, cursors } = feed;
  const { since, types, follow, isOnly } = query;
  const wanted = {
    limit: pageSize,
    ...(since === undefined ? {} : { since }),
    ...(types === undefined ? {} : { types }),
    ...(cursors === undefined ? {} : { cursors }),
  };
  const options = { isOnly, isPatient: follow, ...(onLate === undefined ? {} : { onLate }) };
  try {
    const asked = await askTarget(target, async (host) => await host.events(target.selector, wanted), options);
    if (asked === undefined) {
      feed.ended = !follow;
      onLate?.();
      return;
    }
    const { events, more } = asked.answer;
    feed.cursors = { ...cursors, ...asked.answer.cursors };
    feed.queue.push(...events);
    feed.caughtUp = !more;
  } catch (error) {
    const known = toCoworkError(error);
    const isRemoved = known.code === "SESSION_NOT_FOUND" && target.known;
    const isFatal = isOnly || target.host === "local" || ["SESSION_NOT_FOUND", "INTERRUPTED"].includes(known.code);
    if (isFatal && !isRemoved) throw known;
    emitNote(target.scope, known.message);
    feed.ended = true;
  }
}
