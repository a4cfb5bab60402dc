import { randomUUID } from "node:crypto";
import type { Context } from "../../../system/context.ts";
import type { EndedFor } from "../judge.ts";
import { endLaunched } from "../launch.ts";
import { closeRunInput, writeToRun } from "../run-input.ts";
import { isResting, quietly, type Supervised } from "./supervised.ts";
import { takeOutput } from "../output/take-output.ts";

export interface AgentEnd {
  /** why cowork ended the agent; undefined: it did not */
  readonly why: EndedFor | undefined;
  /** Interrupts the agent and closes its input; the first reason counts. */
  now(why: EndedFor): Promise<void>;
  /** The next step of an end that is due. @param lastWord when the agent said something last */
  step(lastWord: number): Promise<void>;
}

/**
 * Ends the agent: after its result by closing its input, so that a follow-up that came before is still handled; otherwise by an
 * interrupt. An agent that stays is ended in order, and then with SIGKILL.
 */
export function createAgentEnd(ctx: Context, run: Supervised, now: () => number): AgentEnd {
  const { place, n, times } = run;
  let why: EndedFor | undefined;
  let closedAt: number | undefined;
  let dueAt: number | undefined;

  const isQuiet = async (): Promise<boolean> => {
    const more = await run.reader.read();
    if (more.length > 0) await takeOutput(ctx, run, more);
    return more.length === 0;
  };
  const kill = async (): Promise<void> => {
    // Once more later, if the engine does not answer now.
    dueAt = now() + times.interruptMs;
    const container = place.container?.id ?? "";
    await quietly(ctx, async () => await endLaunched(ctx, { id: place.id, n, agent: run.agent, container }));
  };
  const end: AgentEnd = {
    get why() {
      return why;
    },
    async now(reason) {
      if (why !== undefined) return;
      why = reason;
      dueAt = now() + times.interruptMs;
      const line = run.runs.interrupt?.(randomUUID());
      // Nothing but its end interrupts it.
      if (line === undefined) return await kill();
      await quietly(ctx, async () => {
        await writeToRun(ctx, place, n, line);
        await closeRunInput(ctx, place, n);
      });
    },
    async step(lastWord) {
      if (dueAt !== undefined) {
        if (now() >= dueAt) await kill();
        return;
      }
      if (!isResting(run)) {
        closedAt = undefined;
        // What runs in the background does not notice an interrupt, and may run for ever.
        const { progress } = run;
        if (progress.isResting && progress.isInterrupted && now() - lastWord >= times.graceMs) await end.now("user");
      } else if (closedAt === undefined && now() - lastWord >= times.graceMs) {
        await quietly(ctx, async () => {
          await closeRunInput(ctx, place, n, isQuiet);
          // If it was closed before, or no one is there to close it, the agent must end, too.
          if (isResting(run)) closedAt = now();
        });
      } else if (closedAt !== undefined && now() - Math.max(closedAt, lastWord) >= times.stayMs) {
        why = "stayed";
        await kill();
      }
    },
  };
  return end;
}
