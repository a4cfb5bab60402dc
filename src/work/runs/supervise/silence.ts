import type { Context } from "../../../system/context.ts";
import { isLaunchedAlive } from "../launch.ts";
import { quietly, tell, type Supervised } from "./supervised.ts";

export interface Silence {
  /** when the agent said something last, or waited for a person */
  readonly since: number;
  /** the process does not exist any more */
  readonly isGone: boolean;
  /** the agent said something */
  broken(): void;
  /** it waits for a person: it may say nothing, but must exist */
  excused(): void;
  /** Reports an agent that says nothing for long, once, and checks whether it still exists. */
  look(): Promise<void>;
}

export function createSilence(ctx: Context, run: Supervised, now: () => number): Silence {
  const { place, n, times } = run;
  let since = now();
  let lastCheck = since;
  let isReported = false;
  let isGone = false;
  return {
    get since() {
      return since;
    },
    get isGone() {
      return isGone;
    },
    broken() {
      since = now();
      lastCheck = since;
      isReported = false;
    },
    excused() {
      since = now();
      isReported = false;
    },
    async look() {
      if (!isReported && now() - since >= times.stallMs) {
        isReported = true;
        await tell(ctx, run, { type: "run.stalled", data: { detail: "the agent has said nothing for a while" } });
      }
      if (now() - lastCheck < times.checkMs) return;
      lastCheck = now();
      const container = place.container?.id ?? "";
      await quietly(ctx, async () => {
        isGone = !(await isLaunchedAlive(ctx, { id: place.id, n, container }));
      });
    },
  };
}
