import { toCoworkError } from "../../errors.ts";
import type { SessionHost } from "../../session/session-host.ts";
import type { SessionView } from "../../session/types.ts";
import { knownSessions } from "../find/known-sessions.ts";
import type { HostGroup } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { unreachable } from "../sessions/list.ts";
import { askTarget, type HostTarget } from "../work/ask-hosts.ts";

/** What one host said last. */
export interface HostFeed {
  target: HostTarget;
  views: readonly SessionView[];
  /** why the host does not answer; undefined: it does */
  away: string | undefined;
  checkedAt: number;
  /** it is not asked any more */
  ended: boolean;
}

/** Files say what agents reported; only a look at the processes finds one that was killed. */
const checkMs = 20_000;

/** @param onNote called when the host goes away, with the reason, and when it is back */
export function createFeed(scope: Scope, group: HostGroup, onNote: () => void): HostFeed {
  const tell: Scope["tell"] = (event) => {
    // The other note says that it answers again, which its answer shows.
    if (event.type !== "note" || target.away) return;
    feed.away = event.data.text;
    onNote();
  };
  const target: HostTarget = { scope: { ...scope, tell }, ...group, known: false, away: false };
  const feed: HostFeed = { target, views: [], away: undefined, checkedAt: Number.NEGATIVE_INFINITY, ended: false };
  return feed;
}

/**
 * Asks a host for its sessions. If it does not answer, those that it had last, or that this machine knows of, are `unreachable`.
 * @throws the error of this machine's first look; INTERRUPTED
 */
export async function lookAt(feed: HostFeed, now: number, signal: AbortSignal): Promise<void> {
  const { target } = feed;
  const isDue = target.known && now - feed.checkedAt >= checkMs;
  const list = async (host: SessionHost): Promise<SessionView[]> => {
    if (isDue) await host.work({}, { check: true });
    return await host.list({});
  };
  try {
    const asked = await askTarget(target, list, { isOnly: false, signal });
    if (asked === undefined) return await leave(feed);
    feed.views = asked.answer;
    feed.away = undefined;
    if (isDue) feed.checkedAt = now;
  } catch (error) {
    const known = toCoworkError(error);
    if (known.code === "INTERRUPTED" || (target.host === "local" && !target.known)) throw known;
    // This machine's engine may be back soon. Of another machine it is an error that asking again does not change.
    feed.ended = target.host !== "local";
    feed.away = known.message;
    await leave(feed);
  }
}

async function leave(feed: HostFeed): Promise<void> {
  const { target } = feed;
  const { host, scope } = target;
  const error = { code: "HOST_UNREACHABLE" as const, message: feed.away ?? "" };
  const isSame = feed.views.length > 0 && feed.views.every(({ state }) => state === "unreachable");
  if (isSame) return;
  if (feed.views.length === 0 && host !== "local") {
    const known = (await knownSessions(scope.ctx)).filter((one) => one.host === host && one.record === undefined);
    feed.views = known.map(({ name, project, root }) => {
      const selector = { project: { name: project, root, rootCommit: "" } };
      return unreachable(name, { host, selector }, error);
    });
    return;
  }
  feed.views = feed.views.map((view) => ({ ...view, state: "unreachable", error }));
}
