import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../../system/files/files.ts";
import { isLocked, withLock } from "../../../system/locks.ts";
import { runLock } from "../run-files.ts";

// Runs of a host that run or wait, first come, first served: one file for each, named `{number}-{session id}`. A file counts only as
// long as the process of that session's run lives, so that one that was killed never blocks the others.

const lookMs = 500;

export interface Turn {
  /** id of the session */
  id: string;
  /** runs that may be active at once */
  most: number;
  /** called when the number of runs that must end before this one changes */
  onWait(before: number): Promise<void>;
  /** called at every look while it waits; what it throws ends the wait */
  onLook(): void;
}

/**
 * Waits until fewer than `most` runs of this host came before, runs `work`, and makes room.
 * The caller holds the run's lock.
 */
export async function inTurn<T>(ctx: Context, turn: Turn, work: () => Promise<T>): Promise<T> {
  const folder = join(ctx.paths.stateRoot, ".runs");
  const own = await queueUp(ctx, folder, turn.id);
  try {
    let shown = 0;
    for (;;) {
      const before = await aliveBefore(ctx, folder, own);
      if (before < turn.most) return await work();
      if (before !== shown) await turn.onWait(before - turn.most + 1);
      shown = before;
      turn.onLook();
      await ctx.clock.sleep(lookMs, ctx.signal);
    }
  } finally {
    await rm(join(folder, own), { force: true }).catch((error: unknown) => ctx.log(`queue of runs: ${String(error)}`));
  }
}

/** Numbers ascend under a lock, so that no one comes in before one that already runs. */
async function queueUp(ctx: Context, folder: string, id: string): Promise<string> {
  return await withLock(ctx, "runs-queue", { what: "the queue of runs", waitMs: 60_000 }, async () => {
    await ensureFolder(folder, { mode: 0o700 });
    const present = await tickets(folder);
    // One that an earlier, killed run of the same session left would look alive.
    for (const one of present.filter((each) => idOf(each) === id)) await rm(join(folder, one), { force: true });
    const last = present.at(-1);
    const number = last === undefined ? 1 : Number(last.slice(0, last.indexOf("-"))) + 1;
    const name = `${String(number).padStart(9, "0")}-${id}`;
    await writeFileAtomic(join(folder, name), "", { mode: 0o600 });
    return name;
  });
}

async function aliveBefore(ctx: Context, folder: string, own: string): Promise<number> {
  const before = (await tickets(folder)).filter((name) => name < own);
  const alive = await Promise.all(before.map((name) => isLocked(ctx, runLock(idOf(name)))));
  return alive.filter(Boolean).length;
}

/** Sorted. */
async function tickets(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{9}-./.test(name)).toSorted();
}

function idOf(ticket: string): string {
  return ticket.slice(ticket.indexOf("-") + 1);
}
