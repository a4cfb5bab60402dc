import type { Candidate } from "./candidate.ts";
import { afterTarget, afterTry, nextStep, startQueue, type QueueState } from "./plan-queue.ts";

/** What the queue does outside of its plan. */
export interface QueueEffects {
  /** Merges sessions, in this order, into a commit. */
  build(base: string, names: readonly string[]): Promise<Candidate>;
  /** Whether the tests pass with exactly this candidate. @param run number of the try, by which a culprit names it */
  test(candidate: Pick<Candidate, "commit" | "tree" | "merged">, run: number): Promise<boolean>;
  /** Called after each step. */
  changed(state: QueueState): Promise<void>;
}

export interface Queued {
  state: QueueState;
  /** what passed: the target with all that landed */
  base: string;
  tree: string;
}

/**
 * Works a queue off.
 * @param target the commit that the sessions are merged into, and its tree
 */
export async function runQueue(
  names: readonly string[],
  target: { commit: string; tree: string },
  effects: QueueEffects,
  options: { oneByOne: boolean },
): Promise<Queued> {
  let state = startQueue(names, options);
  let base = target;
  for (;;) {
    const step = nextStep(state);
    if (step.do === "done") return { state, base: base.commit, tree: base.tree };
    if (step.do === "target") {
      state = afterTarget(state, await effects.test({ ...base, merged: [] }, state.tries + 1));
    } else {
      const candidate = await effects.build(base.commit, step.names);
      const { merged, conflicted } = candidate;
      // Without anything new there is nothing to test.
      const green = merged.length > 0 && (await effects.test(candidate, state.tries + 1));
      if (green) base = candidate;
      state = afterTry(state, { merged, conflicted, green });
    }
    await effects.changed(state);
  }
}
