import { setImmediate as nextTurn } from "node:timers/promises";
import type { ContainerSummary, Labels } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { readHead } from "../../clone/git/head.ts";
import { pathExists } from "../../system/files/files.ts";
import { isLocked } from "../../system/locks.ts";
import { homeOf, label } from "../record/labels.ts";
import { sortContainers, type Owner } from "./own-containers.ts";
import type { Observed } from "./view.ts";

type Containers = Map<string, ContainerSummary[]>;

/** In the findings of a context: the prefetched answer, and the name of the sessions that it is about (none: all sessions). */
const prefetched = "prefetched containers";
type Prefetched = { name: string | undefined; containers: Containers };

/**
 * Asks the engine while the caller is still finding out which sessions are selected: with `name` for the containers of sessions
 * with that name, otherwise for all. `takePrefetched` returns the answer, or throws the error. Saves `list` 6 ms of 84, which it
 * would wait for the engine. Does nothing in a context that keeps no findings.
 */
export async function prefetchContainers(ctx: Context, name?: string): Promise<void> {
  if (ctx.known === undefined) return;
  const asked = askContainers(ctx, name === undefined ? {} : { [label.name]: name });
  const answer = asked.then((containers): Prefetched => ({ name, containers }));
  answer.catch(() => undefined);
  ctx.known.findings.set(prefetched, answer);
  // The caller may not yield to the event loop before it needs the answer. Without these turns the request would only be sent then.
  for (let turn = 0; turn < 2; turn += 1) await nextTurn();
}

/**
 * Every container that carries a session's label, by session id: one request for all sessions. A label does not prove that the
 * container is the session's (`ownContainers`).
 */
export async function containersBySession(ctx: Context): Promise<Containers> {
  return (await takePrefetched(ctx)) ?? (await askContainers(ctx));
}

/** The prefetched answer, for all sessions or for those with a name. Once only: a caller that had to wait for something needs a newer one. */
export async function takePrefetched(ctx: Context, name?: string): Promise<Containers | undefined> {
  const answer = ctx.known?.findings.get(prefetched) as Promise<Prefetched> | undefined;
  ctx.known?.findings.delete(prefetched);
  const found = await answer;
  return found?.name === name ? found?.containers : undefined;
}

async function askContainers(ctx: Context, more: Labels = {}): Promise<Containers> {
  const all = await ctx.engine.listContainers({ [label.session]: undefined, ...more });
  return Map.groupBy(all, (container) => container.labels[label.session] ?? "");
}

/** Reads the current state of one session from disk and locks. @param containers its containers */
export async function observe(ctx: Context, id: string, containers: readonly ContainerSummary[]): Promise<Observed> {
  const clone = ctx.paths.clone(id);
  const branch = readHead(clone, ctx.memory);
  // A readable branch proves that the clone exists.
  const cloneExists = branch !== null || (await pathExists(clone));
  return { containers, cloneExists, branch, busy: await isLocked(ctx, sessionLock(id)) };
}

export function sessionLock(id: string): string {
  return `session-${id}`;
}

/** The containers of one session, in any state, the dev container first; without those that merely carry its labels. */
export async function containersOf(ctx: Context, owner: Owner): Promise<ContainerSummary[]> {
  return (await sortedContainers(ctx, owner)).own;
}

/** The same, with those that carry the session's labels but are not its own. */
export async function sortedContainers(
  ctx: Context,
  owner: Owner,
): Promise<{ own: ContainerSummary[]; foreign: ContainerSummary[] }> {
  const candidates = await ctx.engine.listContainers({
    [label.home]: homeOf(ctx, owner),
    [label.session]: owner.id,
  });
  return await sortContainers(ctx, owner, candidates);
}
