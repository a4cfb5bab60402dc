import { findAgent } from "../../agent/catalog.ts";
import { endAgent } from "../../agent/inside.ts";
import type { StopOptions } from "../../contract/remote/requests.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { forEachSession } from "./outcome.ts";
import { quiesce, type Quiesced } from "./quiesce.ts";
import { hideSession } from "../record/hidden.ts";
import type { SessionRecord } from "../record/record.ts";
import { selectRecords } from "../record/records.ts";
import { killTmuxSession } from "../connect/tmux.ts";
import type { Outcome, Selector } from "../types.ts";
import { endActiveRun } from "../work/active-run.ts";
import { refreshClaims } from "../work/claims.ts";
import { devContainer, viewSession } from "../inspect/view.ts";
import { containersOf, observe } from "../inspect/observe.ts";

/** Seconds between the engine's SIGTERM and its SIGKILL; the processes inside have had their own time before. */
const grace = 10;

/** The same if it is known that SIGTERM does not reach the container's main program. */
const graceWhenIgnored = 1;

/**
 * Stops sessions, in parallel, and hides them if asked; a stopped session stays as it is otherwise. A run that is active is ended
 * if the person agrees, or with `force`.
 */
export async function stopSessions(ctx: Context, selector: Selector, options: StopOptions): Promise<Outcome[]> {
  const { concurrency, force = false, hide } = options;
  const entries = await selectRecords(ctx, selector, { toEnd: true });
  return forEachSession(ctx, entries, { concurrency, step: "stop" }, async (record, inner) => {
    await endActiveRun(inner, record, { force, doing: "Stopping the session" });
    ctx.report({ session: record.name, step: "stop", state: "start" });
    const notes = await stopContainers(inner, record);
    await refreshClaims(inner, [record]);
    const stopped = hide === true ? await hideSession(ctx, record) : record;
    ctx.report({ session: record.name, step: "stop", state: "done" });
    const observed = await observe(ctx, record.id, await containersOf(ctx, record));
    return {
      name: record.name,
      ok: true,
      session: viewSession(stopped, { ...observed, busy: false }, ctx.paths),
      exitCode: 0,
      notes,
    };
  });
}

/**
 * Ends the processes inside gracefully, then the container, then its Compose services, which its program may need until the end.
 * If SIGTERM does not reach that program, and nothing else runs, waiting is pointless.
 * @param all the session's containers, if they are known
 * @returns lines about processes that did not end by themselves
 */
export async function stopContainers(
  ctx: Context,
  record: SessionRecord,
  all?: readonly ContainerSummary[],
): Promise<string[]> {
  const containers = (all ?? (await containersOf(ctx, record))).filter(isAlive);
  const main = devContainer(containers);
  const stop = async (some: readonly ContainerSummary[], seconds: number): Promise<void> =>
    await allDone(some.map((one) => ctx.engine.stopContainer(one.id, seconds)));
  const others = containers.filter((one) => one.id !== main?.id);
  const mains = main === undefined ? [] : [main];
  const { left, ignoresTerm } =
    main?.state === "running" ? await endInside(ctx, record, main.id) : { left: [], ignoresTerm: false };
  if (ignoresTerm) {
    await allDone([stop(mains, graceWhenIgnored), stop(others, grace)]);
  } else {
    await stop(mains, grace);
    await stop(others, grace);
  }
  await killTmuxSession(ctx, record.id);
  return left.length > 0 ? [`did not end by itself: ${left.join(", ")}`] : [];
}

/** Waits until all of it has ended, failed or not, before it throws: a stop that is still running would meet the next start. */
async function allDone(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** Ends the agent first: an agent that is stopped while it renews the login would log out every session. */
async function endInside(ctx: Context, record: SessionRecord, containerId: string): Promise<Quiesced> {
  try {
    const agent = findAgent(record.agent);
    if (agent !== undefined) await endAgent(ctx, agent, containerId);
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    // A container that does not answer is stopped anyway.
    ctx.log(`${record.name}: ending the agent: ${String(error)}`);
  }
  return quiesce(ctx, containerId);
}

/** Is something running in it, or may it start again at any moment? */
export function isAlive({ state }: Pick<ContainerSummary, "state">): boolean {
  return !["created", "exited", "dead", "removing"].includes(state);
}
