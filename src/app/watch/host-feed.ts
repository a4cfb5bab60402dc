import { toCoworkError } from "../../errors.ts";
import type { SessionView } from "../../session/types.ts";
import { hasMail } from "../../session/work/has-mail.ts";
import type { FilesContext } from "../../system/context.ts";
import { knownSessions } from "../find/known-sessions.ts";
import { openHost, type HostGroup } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { unreachable } from "../sessions/ask-hosts.ts";
import { askTarget, type HostTarget } from "../work/ask-hosts.ts";

/** What one host said last. */
export interface HostFeed {
  target: HostTarget;
  views: readonly SessionView[];
  /** why the host does not answer; undefined: it does */
  away: string | undefined;
  /** when it was asked last to look at the processes of its agents; that may take longer than the list, which does not wait for it */
  checkedAt: number;
  isChecking: boolean;
  /** its sessions' mail is being answered */
  isAnswering: boolean;
  /** it is not asked any more */
  ended: boolean;
}

/** Files say what agents reported; only a look at the processes finds one that was killed. */
const checkMs = 20_000;
/** Each look is a process in a container, which costs the engine some 50 ms: with many sessions there is one a second. */
const checkEachMs = 1_000;

/** @param onNote called when the host goes away, with the reason, and when it is back */
export function createFeed(scope: Scope, group: HostGroup, onNote: () => void): HostFeed {
  const tell: Scope["tell"] = (event) => {
    // The other note says that it answers again, which its answer shows.
    if (event.type !== "note" || target.away) return;
    feed.away = event.data.text;
    onNote();
  };
  const target: HostTarget = { scope: { ...scope, tell }, ...group, known: false, away: false };
  const feed: HostFeed = {
    target,
    views: [],
    away: undefined,
    checkedAt: Number.NEGATIVE_INFINITY,
    isChecking: false,
    isAnswering: false,
    ended: false,
  };
  return feed;
}

/** Has a host that answers look at the processes of its agents, if it is time. @param onDone called if it did */
export function startCheck(feed: HostFeed, now: number, onDone: () => void): void {
  const { target, views } = feed;
  const running = views.filter(({ state }) => state === "running").length;
  const dueAt = feed.checkedAt + Math.max(checkMs, running * checkEachMs);
  if (feed.isChecking || feed.away !== undefined || now < dueAt) return;
  Object.assign(feed, { isChecking: true, checkedAt: now });
  const check = async (): Promise<void> => {
    const host = await openHost(target.scope, target.host);
    await host.work({}, { check: true });
    onDone();
  };
  // What is wrong with the host shows in its list.
  check()
    .catch(() => undefined)
    .finally(() => (feed.isChecking = false));
}

/**
 * Has a host answer what its sessions ask it: they wait five seconds. Of this machine files show whether there is anything; another one
 * looks itself.
 */
export function startAnswers(feed: HostFeed, ctx: FilesContext): void {
  const { target, views } = feed;
  if (feed.isAnswering || feed.away !== undefined) return;
  const running = views.filter(({ state }) => state === "running");
  const isAsked = target.host === "local" ? running.some(({ id }) => hasMail(ctx, id)) : running.length > 0;
  if (!isAsked) return;
  feed.isAnswering = true;
  const answer = async (): Promise<void> => {
    const host = await openHost(target.scope, target.host);
    await host.work({}, { check: false });
  };
  answer()
    .catch(() => undefined)
    .finally(() => (feed.isAnswering = false));
}

/**
 * Asks a host for its sessions. If it does not answer, those that it had last, or that this machine knows of, are `unreachable`.
 * @throws the error of this machine's first look; INTERRUPTED
 */
export async function askFeed(feed: HostFeed, signal: AbortSignal): Promise<void> {
  const { target } = feed;
  try {
    const asked = await askTarget(target, async (host) => await host.list({}), { isOnly: false, signal });
    if (asked === undefined) return await leave(feed);
    feed.views = asked.answer;
    feed.away = undefined;
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
