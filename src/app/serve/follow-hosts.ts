import type { SessionEvent } from "../../contract/work/history.ts";
import { CoworkError, toCoworkError, type ErrorView } from "../../errors.ts";
import { readHosts } from "../../remote/hosts.ts";
import { openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";

/** Events in one answer of this machine: the first time there may be many, and each answer looks at every session. */
const ownPageSize = 20_000;
/** Of another machine: it may send more than is true, and must not fill the memory or drive out all else. */
const pageSize = 2_000;
const betweenPagesMs = 200;
/** How long a host is asked to wait for news. */
const waitMs = 20_000;
/** Shortest time between two questions, to this machine and to another one, which may be one that cannot wait. */
const ownPaceMs = 50;
const paceMs = 1_000;
const lookForHostsMs = 3_000;
/** Before each new attempt to reach a host that does not answer. */
const backOffMs = [1_000, 2_000, 5_000, 10_000, 30_000];

/** Receives what the hosts tell. */
export interface HostListener {
  /** last number that was taken of each session of a host */
  cursors(host: string): Record<string, number>;
  /** Takes events of a host; the next ones are asked for after it resolves. `known`: every session that it has. */
  take(host: string, events: readonly SessionEvent[], known: Readonly<Record<string, number>>): Promise<void>;
  /** it answered, or why it did not; called for each attempt */
  onAnswer(host: string, error: ErrorView | undefined): void;
  /** it was removed from the hosts of this machine */
  onRemoved(host: string): void;
}

/**
 * Follows the histories of all sessions on this machine and on every host that was added, those that are added later too, until the
 * context's signal fires. A host that does not answer is tried again for ever; it goes on after the last event that was taken.
 */
export async function followHosts(scope: Scope, listener: HostListener): Promise<void> {
  const { ctx } = scope;
  const following = new Map<string, AbortController>();
  while (!ctx.signal.aborted) {
    // A file that cannot be read just now names the hosts that it named.
    const names = await readHosts(ctx).then(Object.keys, () => [...following.keys()]);
    const wanted = new Set(["local", ...names]);
    for (const [name, end] of following) {
      if (wanted.has(name)) continue;
      end.abort();
      following.delete(name);
      listener.onRemoved(name);
    }
    for (const name of wanted) {
      if (following.has(name)) continue;
      const end = new AbortController();
      following.set(name, end);
      void followHost(scope, name, listener, AbortSignal.any([end.signal, ctx.signal]));
    }
    await ctx.clock.sleep(lookForHostsMs, ctx.signal).catch(() => undefined);
  }
}

/** Never throws: what fails is tried again. */
async function followHost(scope: Scope, name: string, listener: HostListener, signal: AbortSignal): Promise<void> {
  const { clock } = scope.ctx;
  let failures = 0;
  let wait = 0;
  while (!signal.aborted) {
    const startedAt = clock.now().getTime();
    let pause = 0;
    try {
      const hasMore = await askOnce(scope, name, listener, { signal, wait });
      // Whether it is in reach is known at once; from then on it may wait for news.
      wait = waitMs;
      failures = 0;
      const pace = name === "local" ? ownPaceMs : paceMs;
      if (!hasMore) pause = pace - (clock.now().getTime() - startedAt);
      else if (name !== "local") pause = betweenPagesMs;
    } catch (error) {
      if (signal.aborted) return;
      const known = toCoworkError(error);
      listener.onAnswer(name, known.toView());
      if (failures === 0) scope.ctx.log(`${name}: ${known.code}: ${known.message}`);
      pause = backOffMs[Math.min(failures, backOffMs.length - 1)] ?? 0;
      failures += 1;
      wait = 0;
    }
    if (pause > 0) await clock.sleep(pause, signal).catch(() => undefined);
  }
}

/** @returns there is more to read at once */
async function askOnce(
  scope: Scope,
  name: string,
  listener: HostListener,
  { signal, wait }: { signal: AbortSignal; wait: number },
): Promise<boolean> {
  const host = await openHost(scope, name);
  const cursors = listener.cursors(name);
  const limit = name === "local" ? ownPageSize : pageSize;
  const { events, cursors: known, more } = await host.events({}, { cursors, limit, wait });
  if (signal.aborted) throw new CoworkError("INTERRUPTED", "Interrupted.");
  listener.onAnswer(name, undefined);
  await listener.take(name, events, known);
  return more;
}
