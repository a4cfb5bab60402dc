import { setImmediate as nextTurn } from "node:timers/promises";
import type { ContainerSummary, Labels } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { readHead } from "../../clone/git/head.ts";
import { pathExists } from "../../system/files/files.ts";
import { isLocked } from "../../system/locks.ts";
import { homeOf, label } from "../record/labels.ts";
import { sortContainers, type Owner } from "./own-containers.ts";
import type { Observed } from "./view.ts";

type Containers = Promise<Map<string, ContainerSummary[]>>;

/** The answer, and the name of the sessions that it is about; none: all. */
const askedAhead = new WeakMap<Context, { name: string | undefined; answer: Containers }>();

/**
 * Asks the engine while the caller still finds out whose sessions are meant: with a name for the containers of sessions of that
 * name, without for all. `takePrefetched` gives the answer, or the error.
 */
export async function prefetchContainers(ctx: Context, name?: string): Promise<void> {
  const answer = askContainers(ctx, name === undefined ? {} : { [label.name]: name });
  answer.catch(() => undefined);
  askedAhead.set(ctx, { name, answer });
  // What follows may never give way before it needs the answer; until then the question would not even be sent.
  for (let turn = 0; turn < 2; turn += 1) await nextTurn();
}

/**
 * Every container that carries a session's label, by session id: one call to the engine for all sessions. Whose they are is not
 * said by that (`ownContainers`).
 */
export async function containersBySession(ctx: Context): Containers {
  return await (takePrefetched(ctx) ?? askContainers(ctx));
}

/** What was asked ahead, of all sessions or of those of a name, once: whoever waited for anything meanwhile asks anew. */
export function takePrefetched(ctx: Context, name?: string): Containers | undefined {
  const ahead = askedAhead.get(ctx);
  askedAhead.delete(ctx);
  return ahead !== undefined && ahead.name === name ? ahead.answer : undefined;
}

async function askContainers(ctx: Context, more: Labels = {}): Containers {
  const all = await ctx.engine.listContainers({ [label.session]: undefined, ...more });
  return Map.groupBy(all, (container) => container.labels[label.session] ?? "");
}

/** Asks disk and locks about one session; its containers are handed in. */
export async function observe(ctx: Context, id: string, containers: readonly ContainerSummary[]): Promise<Observed> {
  const clone = ctx.paths.clone(id);
  const branch = readHead(clone);
  // A branch that was read says that the clone is there.
  const cloneExists = branch !== null || (await pathExists(clone));
  return { containers, cloneExists, branch, busy: await isLocked(ctx, sessionLock(id)) };
}

export function sessionLock(id: string): string {
  return `session-${id}`;
}

/** The containers of one session, in any state, the dev container first; what merely carries its labels is not among them. */
export async function containersOf(ctx: Context, owner: Owner): Promise<ContainerSummary[]> {
  return (await sortedContainers(ctx, owner)).own;
}

/** The same, with those that carry the session's labels and are not its own. */
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
