import * as z from "zod/mini";
import { texts } from "../common.ts";
import { failure } from "../error.ts";

/** What became of one session in a merge. */
export const mergeItem = z.object({
  /** the session's name */
  session: z.string(),
  host: z.string(),
  /** the commit that was taken; later ones are not part of the merge. Absent: it was not read yet */
  commit: z.exactOptional(z.string()),
  /**
   * `landed`: part of the result; `unchanged`: the target has it already; `conflicted`: it does not merge; `failed`: the tests fail with
   * it; `unjudged`: the tests fail without any session; `waiting`: none of these yet.
   */
  state: z.enum(["waiting", "landed", "unchanged", "conflicted", "failed", "unjudged"]),
  /** with `conflicted`: the paths */
  paths: z.exactOptional(texts),
  /** with `conflicted`: sessions that were merged before it and changed these paths */
  with: z.exactOptional(texts),
  /** one line: why */
  detail: z.exactOptional(z.string()),
  /** with `failed`: the end of what the tests printed */
  output: z.exactOptional(z.string()),
  /** with `failed`: the file in the session's clone that has all of it */
  file: z.exactOptional(z.string()),
  /** the run of the neutral agent that resolved, or tried to resolve, its conflict */
  resolvedBy: z.exactOptional(z.string()),
});

/** Where the result is. */
export const mergeResult = z.object({
  /** full ref name */
  ref: z.string(),
  commit: z.string(),
  tree: z.string(),
  /** `moved`: the target, not checked out; `fast-forwarded`: the target with its files; `branch`: a branch of its own */
  how: z.enum(["moved", "fast-forwarded", "branch"]),
  /** the tests passed with exactly this commit */
  tested: z.boolean(),
});

export const mergeView = z.object({
  id: z.string(),
  project: z.string(),
  /** the target: a branch of the project */
  into: z.string(),
  /** `interrupted`: its process ended before it was done */
  state: z.enum(["running", "done", "failed", "interrupted"]),
  startedAt: z.string(),
  endedAt: z.exactOptional(z.string()),
  /** name of the session that it works in, as long as there is one */
  session: z.exactOptional(z.string()),
  /** the command of the tests; absent: nothing is tested */
  test: z.exactOptional(z.string()),
  /** how often the tests ran */
  testRuns: z.int(),
  /** what it does now, or did last: one line */
  step: z.exactOptional(z.string()),
  items: z.array(mergeItem),
  result: z.exactOptional(mergeResult),
  /** the tests fail on the target itself */
  targetRed: z.exactOptional(z.boolean()),
  notes: texts,
  error: z.exactOptional(failure),
});

/** The request of a merge, for the process that does it. */
export const mergeRequest = z.object({
  /** folder of the project */
  folder: z.string(),
  /** `--host` */
  onlyHost: z.exactOptional(z.string()),
  sessions: z.array(z.string()),
  into: z.string(),
  test: z.exactOptional(z.string()),
  squash: z.boolean(),
  ff: z.boolean(),
  uncommitted: z.boolean(),
  oneByOne: z.boolean(),
  /** the sessions are merged in the order given */
  keepOrder: z.boolean(),
  resolve: z.enum(["agent", "none"]),
});

/** `state.json` of a merge: what it shows, and what lets the next one go on after a crash. */
export const storedMerge = z.object({
  view: mergeView,
  /** the tests' command, and by tree whether it passed */
  tested: z.exactOptional(z.object({ test: z.string(), passed: z.record(z.string(), z.boolean()) })),
});

export type MergeItem = z.infer<typeof mergeItem>;
export type MergeResult = z.infer<typeof mergeResult>;
export type MergeView = z.infer<typeof mergeView>;
export type MergeRequest = z.infer<typeof mergeRequest>;
export type StoredMerge = z.infer<typeof storedMerge>;
