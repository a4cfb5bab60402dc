import { setImmediate as nextTurn } from "node:timers/promises";
import type { ContainerSummary, Labels } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { readHead } from "../clone/head.ts";
import { pathExists } from "../system/files.ts";
import { isLocked } from "../system/locks.ts";
import { label } from "./labels.ts";
import type { World } from "./view.ts";

type Containers = Promise<Map<string, ContainerSummary[]>>;

/** The answer, and the name of the sessions that it is about; none: all. */
const askedAhead = new WeakMap<Context, { name: string | undefined; answer: Containers }>();

/**
 * Asks the engine while the caller still finds out whose sessions are meant: with a name for the containers of sessions of that
 * name, without for all. `takeAhead` gives the answer, or the error.
 */
export async function askAhead(ctx: Context, name?: string): Promise<void> {
  const answer = askContainers(ctx, name === undefined ? {} : { [label.name]: name });
  answer.catch(() => undefined);
  askedAhead.set(ctx, { name, answer });
  // What follows may never give way before it needs the answer; until then the question would not even be sent.
  for (let turn = 0; turn < 2; turn += 1) await nextTurn();
}

/** Every container of this home, by session id: one call to the engine for all sessions. */
export async function containersBySession(ctx: Context): Containers {
  return await (takeAhead(ctx) ?? askContainers(ctx));
}

/** What was asked ahead, of all sessions or of those of a name, once: whoever waited for anything meanwhile asks anew. */
export function takeAhead(ctx: Context, name?: string): Containers | undefined {
  const ahead = askedAhead.get(ctx);
  askedAhead.delete(ctx);
  return ahead !== undefined && ahead.name === name ? ahead.answer : undefined;
}

async function askContainers(ctx: Context, more: Labels = {}): Containers {
  const labels = { [label.home]: ctx.paths.homeHash, [label.session]: undefined, ...more };
  const all = await ctx.engine.listContainers(labels);
  return Map.groupBy(all, (container) => container.labels[label.session] ?? "");
}

/** Asks disk and locks about one session; the containers are handed in. */
export async function lookAt(ctx: Context, id: string, containers: readonly ContainerSummary[]): Promise<World> {
  const clone = ctx.paths.clone(id);
  const branch = readHead(clone);
  // A branch that was read says that the clone is there.
  const cloneExists = branch !== null || (await pathExists(clone));
  return { containers, cloneExists, branch, busy: await isLocked(ctx, sessionLock(id)) };
}

export function sessionLock(id: string): string {
  return `session-${id}`;
}

/** The containers of one session, in any state. */
export function containersOf(ctx: Context, id: string): Promise<ContainerSummary[]> {
  return ctx.engine.listContainers({ [label.home]: ctx.paths.homeHash, [label.session]: id });
}
