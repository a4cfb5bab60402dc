import { toCoworkError } from "../../errors.ts";
import { compareViews } from "../../session/inspect/view.ts";
import type { SessionView } from "../../session/types.ts";
import { watchFolders } from "../../system/files/watch-folders.ts";
import { groupByHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { askFeed, createFeed, startAnswers, startCheck, type HostFeed } from "./host-feed.ts";
import { createPace, type Pace } from "./pace.ts";
import { foldersOf } from "./session-folders.ts";

export interface SessionsNow {
  /** of every project and host, sorted by project and name; hidden ones, too */
  sessions: readonly SessionView[];
  /** hosts that do not answer, and why */
  away: readonly { host: string; message: string }[];
}

export interface FollowOptions {
  signal?: AbortSignal;
  /** gets a function that makes it look at once, for example after something was done */
  poke?: (look: () => void) => void;
}

const pollMs = { here: 1_000, elsewhere: 2_000, away: 10_000 };
/** With many sessions a look takes longer and costs some CPU. Between two looks there is so many times what the last one took, */
const restFactor = 50;
/** but not more than this. */
const longestRestMs = 3_000;
/** Hosts are added and removed while someone watches. */
const hostsMs = 15_000;

/**
 * Follows the sessions of every project and host. This machine's are looked at when their files change, and once a second; those of
 * other hosts every two seconds. A host that does not answer does not keep the others waiting. Emits after the first look of each
 * host, then whenever something has changed, until the signal or the context's fires.
 * @throws the error of this machine's first look, for example ENGINE_UNREACHABLE
 */
export async function followSessions(
  scope: Scope,
  emit: (now: SessionsNow) => void,
  options: FollowOptions = {},
): Promise<void> {
  const { ctx } = scope;
  const over = new AbortController();
  const signal = AbortSignal.any([ctx.signal, over.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const feeds = new Map<string, { feed: HostFeed; pace: Pace }>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  options.poke?.(() => {
    for (const { pace } of feeds.values()) pace.now();
  });
  const publish = changed(
    () => [...feeds.values()].map(({ feed }) => feed),
    (now) => {
      if (!signal.aborted) emit(now);
    },
  );
  const sync = async (): Promise<void> => {
    const groups = await groupByHost(scope, {}, "every");
    for (const host of feeds.keys()) if (!groups.some((one) => one.host === host)) feeds.delete(host);
    for (const group of groups) {
      if (feeds.has(group.host)) continue;
      const entry = { feed: createFeed(scope, group, publish), pace: createPace(ctx.clock, signal) };
      feeds.set(group.host, entry);
      const isOn = (): boolean => feeds.get(group.host) === entry;
      followHost(entry, { ctx, signal, publish, isOn }).catch((error: unknown) => failed.reject(error));
    }
  };
  try {
    await sync();
    for (;;) {
      await Promise.race([ctx.clock.sleep(hostsMs, signal), failed.promise]);
      // Someone may be editing the configuration just now.
      await sync().catch(() => undefined);
      publish();
    }
  } catch (error) {
    if (!signal.aborted) throw toCoworkError(error);
  } finally {
    over.abort();
  }
}

interface Following {
  ctx: Scope["ctx"];
  signal: AbortSignal;
  publish: () => void;
  /** the host was not removed meanwhile */
  isOn: () => boolean;
}

async function followHost({ feed, pace }: { feed: HostFeed; pace: Pace }, options: Following): Promise<void> {
  const { ctx, signal, publish, isOn } = options;
  const isHere = feed.target.host === "local";
  const files = isHere ? watchFolders(pace.hint) : undefined;
  try {
    while (!feed.ended && isOn()) {
      const start = ctx.clock.now().getTime();
      await askFeed(feed, signal);
      const end = ctx.clock.now().getTime();
      files?.set(foldersOf(ctx.paths, feed.views));
      publish();
      startAnswers(feed, ctx);
      startCheck(feed, end, () => pace.hint());
      const took = Math.max(2, end - start);
      const restMs = Math.min(restFactor * took, longestRestMs);
      const isAway = feed.away !== undefined && !isHere;
      const poll = isHere ? pollMs.here : isAway ? pollMs.away : pollMs.elsewhere;
      await pace.pause({ restMs, pollMs: Math.max(poll, restMs) });
    }
  } finally {
    files?.close();
  }
}

/** Emits what the feeds have, if it is not what was emitted last. A host that has not been asked yet is left out. */
function changed(feeds: () => HostFeed[], emit: (now: SessionsNow) => void): () => void {
  let last = "";
  return () => {
    const started = feeds().filter(({ target, away }) => target.known || away !== undefined);
    if (started.length === 0) return;
    const now: SessionsNow = {
      sessions: started.flatMap(({ views }) => views).toSorted(compareViews),
      away: started.flatMap(({ target: { host }, away }) => (away === undefined ? [] : [{ host, message: away }])),
    };
    const text = JSON.stringify(now);
    if (text === last) return;
    last = text;
    emit(now);
  };
}
