import { CoworkError } from "../../errors.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { CloneReport } from "../inspect/inspect-clone.ts";
import { lostItsLock } from "../lifecycle/outcome.ts";
import type { SessionRecord } from "../record/record.ts";
import { startStopped } from "../lifecycle/stand-still.ts";
import { isAlive, stopContainers } from "../lifecycle/stop.ts";
import { containersOf } from "../inspect/observe.ts";

/** How often to stop containers that something else (an editor, for example) starts again while the clone is inspected. */
const tries = 3;

interface Looking {
  /** one of the session's containers was running when the clone was inspected the first time */
  ranBefore: boolean;
  /** inspects the clone again; undefined with `--force`, where the result does not matter */
  look: (() => Promise<CloneReport>) | undefined;
}

/**
 * Work may have been added while the clone was inspected. So every container of the session is stopped, since any may have the
 * clone mounted, and the clone is inspected again while nothing writes to it. If the session stays, for whatever reason, the
 * containers that were running are started again; unless the session's lock was lost, because then another command has it.
 * @returns what was found, if the session must not be removed
 * @throws SESSION_BUSY when its containers are started again and again, and what stopping and inspecting throw
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
      hint: "close the program that starts them (for example an editor connected to the session), then run the same command again",
    });
  } finally {
    if (!mayGo && !lostItsLock(ctx)) {
      for (const detail of await startStopped(ctx, record, [...stopped.values()]))
        ctx.report({ session: record.name, step: "remove", state: "note", detail });
    }
  }
}
