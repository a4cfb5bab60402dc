import { CoworkError } from "../../errors.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { CloneReport } from "../inspect/inspect-clone.ts";
import { lostItsLock } from "../lifecycle/outcome.ts";
import type { SessionRecord } from "../record/record.ts";
import { startStopped } from "../lifecycle/stand-still.ts";
import { isAlive, stopContainers } from "../lifecycle/stop.ts";
import { containersOf } from "../inspect/observe.ts";

/** How often containers are stopped that somebody else (an editor, say) starts again while we look. */
const tries = 3;

interface Looking {
  /** one of the session's containers ran when the clone was looked at first */
  ranBefore: boolean;
  /** looks at the clone once more; undefined: nobody wants to know */
  look: (() => Promise<CloneReport>) | undefined;
}

/**
 * Work may have come while the clone was looked at: every container of the session is stopped, any of which may have the clone
 * mounted, and the clone is looked at again while nothing writes to it. Where the session stays after all, for whatever reason,
 * the containers that ran are started again. Only when the session's lock was lost they are not: it is another command's then.
 * @returns what was found, when the session must not be removed
 * @throws SESSION_BUSY when its containers are started again and again, and what stopping and looking throw
 */
export async function stopAndLook(
  ctx: Context,
  record: SessionRecord,
  { ranBefore, look }: Looking,
): Promise<CloneReport | undefined> {
  const stopped = new Map<string, ContainerSummary>();
  let mayGo = false;
  try {
    let mustLook = ranBefore;
    for (let n = 0; n < tries; n += 1) {
      const containers = await containersOf(ctx, record);
      const alive = containers.filter(isAlive);
      if (alive.length === 0 && !mustLook) {
        mayGo = true;
        return undefined;
      }
      for (const one of alive) stopped.set(one.id, one);
      if (alive.length > 0) await stopContainers(ctx, record, containers);
      ctx.signal.throwIfAborted();
      const found = await look?.();
      if (found !== undefined && found.unsaved.length > 0) return found;
      ctx.signal.throwIfAborted();
      mustLook = false;
    }
    throw new CoworkError("SESSION_BUSY", `The containers of ${record.name} are started again as soon as they stop.`, {
      hint: "close what starts them (an editor that is connected to it), then run the same command again",
    });
  } finally {
    if (!mayGo && !lostItsLock(ctx)) {
      for (const detail of await startStopped(ctx, record, [...stopped.values()]))
        ctx.report({ session: record.name, step: "remove", state: "note", detail });
    }
  }
}
