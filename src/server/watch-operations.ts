import { listOperations, readOperation, stampOfOperation } from "../app/operations/files.ts";
import type { ServerState } from "./state.ts";

const lookMs = 300;

/**
 * Tells open pages when an operation goes on, asks or ends, until the server's signal fires: those that this server starts, and those
 * that ran when it started.
 */
export async function watchOperations({ ctx, changed, onChanged }: ServerState): Promise<void> {
  const stamps = new Map<string, string>();
  for (const one of await listOperations(ctx)) if (one.endedAt === undefined) stamps.set(one.id, "");
  let wake = Promise.withResolvers<void>();
  const stop = onChanged(({ what, id }) => {
    if (what !== "operations" || id === undefined || stamps.has(id)) return;
    stamps.set(id, "");
    wake.resolve();
  });
  ctx.signal.addEventListener("abort", () => wake.resolve(), { once: true });
  while (!ctx.signal.aborted) {
    wake = Promise.withResolvers();
    if (stamps.size === 0) await wake.promise;
    for (const [id, before] of stamps) {
      const stamp = await stampOfOperation(ctx, id);
      const operation = await readOperation(ctx, id);
      const isOver = operation === undefined || operation.state === "done" || operation.state === "failed";
      stamps.set(id, stamp);
      if (stamp !== before || isOver) changed("operations", id);
      if (!isOver) continue;
      stamps.delete(id);
      changed("sessions");
    }
    await ctx.clock.sleep(lookMs, ctx.signal).catch(() => undefined);
  }
  stop();
}
