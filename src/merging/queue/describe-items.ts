import type { MergeItem } from "../../contract/merging/merge.ts";
import type { Taken } from "./candidate.ts";
import type { QueueState } from "./plan-queue.ts";

/** Returns a function that says what the queue's state means for each session. */
export function describeItems({
  items,
  taken,
  unchanged,
}: {
  items: readonly MergeItem[];
  taken: readonly Taken[];
  unchanged: readonly Taken[];
}): (state: QueueState) => MergeItem[] {
  const commits = new Map(taken.map(({ name, commit }) => [name, commit]));
  const known = new Set(unchanged.map(({ name }) => name));
  return (state) =>
    items.map(({ session, host }) => {
      const commit = commits.get(session);
      const item = { session, host, ...(commit === undefined ? {} : { commit }) };
      if (known.has(session)) return { ...item, state: "unchanged" };
      return { ...item, ...meaning(state, session) };
    });
}

function meaning(state: QueueState, name: string): Omit<MergeItem, "session" | "host"> {
  if (state.landed.includes(name)) return { state: "landed" };
  if (state.culprits.some((one) => one.name === name)) return { state: "failed", detail: "the tests fail with it" };
  const conflict = state.conflicted.find((one) => one.name === name);
  if (conflict !== undefined) return { state: "conflicted", paths: [...conflict.paths] };
  if (state.targetRed) return { state: "unjudged", detail: "the tests fail on the target itself" };
  return { state: "waiting" };
}
