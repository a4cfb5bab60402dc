import { findAgent } from "../agent/catalog.ts";
import { drainAgent } from "../agent/inside.ts";
import type { ContainerSummary } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { forEachSession } from "./outcome.ts";
import { quiesce } from "./quiesce.ts";
import type { SessionRecord } from "./record.ts";
import { selectRecords } from "./records.ts";
import { killTmuxSession } from "./tmux.ts";
import type { Outcome, Selector } from "./types.ts";
import { devContainer, viewSession } from "./view.ts";
import { containersOf, lookAt } from "./world.ts";

/** Seconds between the engine's SIGTERM and its SIGKILL; what runs inside has had its own time before. */
const grace = 10;

/** Stops sessions, all at once; a stopped one stays as it is. */
export async function stopSessions(ctx: Context, selector: Selector, concurrency: number): Promise<Outcome[]> {
  const entries = await selectRecords(ctx, selector, { toEnd: true });
  return forEachSession(ctx, entries, { concurrency, step: "stop" }, async (record, inner) => {
    ctx.report({ session: record.name, step: "stop", state: "start" });
    const notes = await stopContainers(inner, record);
    ctx.report({ session: record.name, step: "stop", state: "done" });
    const world = await lookAt(ctx, record.id, await containersOf(ctx, record));
    return {
      name: record.name,
      ok: true,
      session: viewSession(record, { ...world, busy: false }, ctx.paths),
      exitCode: 0,
      notes,
    };
  });
}

/**
 * Ends what runs inside in order, then the container, then the Compose services beside it.
 * @param all the session's containers, where they are known
 * @returns lines about processes that did not end by themselves
 */
export async function stopContainers(
  ctx: Context,
  record: SessionRecord,
  all?: readonly ContainerSummary[],
): Promise<string[]> {
  const containers = (all ?? (await containersOf(ctx, record))).filter(isAlive);
  const main = devContainer(containers);
  const notes: string[] = [];
  if (main !== undefined) {
    const left = main.state === "running" ? await endInside(ctx, record, main.id) : [];
    if (left.length > 0) notes.push(`did not end by itself: ${left.join(", ")}`);
    await ctx.engine.stopContainer(main.id, grace);
  }
  const others = containers.filter((one) => one.id !== main?.id);
  await Promise.all(others.map((one) => ctx.engine.stopContainer(one.id, grace)));
  await killTmuxSession(ctx, record.id);
  return notes;
}

/** The agent first: told to end in the middle of renewing the login, it would log everybody out. */
async function endInside(ctx: Context, record: SessionRecord, containerId: string): Promise<string[]> {
  try {
    const agent = findAgent(record.agent);
    if (agent !== undefined) await drainAgent(ctx, agent, containerId);
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    // A container that cannot be asked is stopped all the same.
    ctx.log(`${record.name}: ending the agent: ${String(error)}`);
  }
  return quiesce(ctx, containerId);
}

/** Does something run in it, or may again at any moment? */
export function isAlive({ state }: Pick<ContainerSummary, "state">): boolean {
  return !["created", "exited", "dead", "removing"].includes(state);
}
