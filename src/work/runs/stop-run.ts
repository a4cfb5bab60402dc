import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { lookAtPath, writeFileAtomic } from "../../system/files/files.ts";
import { isHeld } from "../../system/locks.ts";
import type { WorkPlace } from "../types.ts";
import { readRun, runLock } from "./run-files.ts";
import { isActive } from "./run-state.ts";

const lookMs = 100;

/**
 * Asks the process of an active run to end it, in whatever state it is: in the queue, working, or waiting.
 * @returns false if the run is not active
 */
export async function stopRun(
  ctx: Pick<Context, "paths">,
  { id }: Pick<WorkPlace, "id">,
  n: number,
  { by }: { by: string },
): Promise<boolean> {
  const run = readRun(ctx, id, n);
  if (run === undefined || !isActive(run)) return false;
  await writeFileAtomic(stopFile(ctx, id, n), JSON.stringify({ by }), { mode: 0o600 });
  return true;
}

/**
 * Waits until the run's process has ended.
 * @returns false if it has not after `waitMs`
 */
export async function runEnded(
  ctx: Pick<Context, "paths" | "clock" | "signal">,
  { id }: Pick<WorkPlace, "id">,
  waitMs: number,
): Promise<boolean> {
  const until = ctx.clock.now().getTime() + waitMs;
  while (isHeld(ctx, runLock(id))) {
    if (ctx.clock.now().getTime() >= until) return false;
    await ctx.clock.sleep(lookMs, ctx.signal);
  }
  return true;
}

export function isStopAsked(ctx: Pick<Context, "paths">, id: string, n: number): boolean {
  return lookAtPath(stopFile(ctx, id, n)) !== undefined;
}

function stopFile(ctx: Pick<Context, "paths">, id: string, n: number): string {
  return join(ctx.paths.run(id, n), "stop");
}
