import * as z from "zod/mini";
import { texts } from "../common.ts";
import { failure } from "../error.ts";
import { domainEvent } from "../events.ts";
import { mergeView } from "../merging/merge.ts";
import { cleanOutcome, outcome } from "../outcome.ts";
import { answer, storedQuestion } from "../questions.ts";
import { runView } from "../work/run.ts";
import type { RouteContract } from "./route.ts";

// Long work: a process of its own does it, so that it goes on when the page is closed or the server ends.

export const operationKind = z.enum(["init", "run", "start", "stop", "pull", "clean", "merge"]);

/** What the work brought, by kind; the fields of other kinds are absent. */
export const operationResult = z.object({
  /** init, start, stop: one for each session */
  outcomes: z.exactOptional(z.array(outcome)),
  /** clean */
  cleaned: z.exactOptional(z.array(cleanOutcome)),
  /** run */
  runs: z.exactOptional(z.array(runView)),
  /** pull: branches of the project, or with `apply` the files that changed */
  pulled: z.exactOptional(z.object({ branches: texts, files: texts, notes: texts })),
  merge: z.exactOptional(mergeView),
});

export const operation = z.object({
  id: z.string(),
  kind: operationKind,
  /** names of sessions, as `{id}@{host}`, or for new ones the names alone */
  sessions: texts,
  /** id of the project, with `merge`, `init`, and `run` of a new session */
  project: z.exactOptional(z.string()),
  /** `asking`: it waits for the answer to `question`, ten minutes at most, then the answer is no */
  state: z.enum(["running", "asking", "done", "failed"]),
  /** who asked for it: the device's name, or the user on this machine */
  by: z.string(),
  startedAt: z.string(),
  endedAt: z.exactOptional(z.string()),
  /** progress, states and notes, in order; the newest 1,000 */
  events: z.array(domainEvent),
  /** with `asking` */
  question: z.exactOptional(z.object({ n: z.int(), question: storedQuestion })),
  /** with `done`; outcomes of single sessions may still be failures */
  result: z.exactOptional(operationResult),
  /** with `failed` */
  error: z.exactOptional(failure),
});

/** The answer of a route that starts long work. */
export const started = z.object({ operation });

const operationParam = z.object({ operation: z.string().check(z.regex(/^[0-9a-f]{16}$/)) });

export const operationRoutes = {
  "GET /operations": {
    role: "view",
    summary: "List long work that runs, or ended in the last day, the newest first",
    output: z.object({ operations: z.array(operation) }),
    errors: [],
  },
  "GET /operations/{operation}": {
    role: "view",
    summary: "Show one operation: steps, question, result",
    params: operationParam,
    output: operation,
    errors: [],
  },
  "POST /operations/{operation}/answer": {
    role: "operate",
    summary: "Answer the question of an operation",
    details:
      "`question` is the question's id, so that an answer only counts for what was shown. A yes to a trust question needs the role full.",
    params: operationParam,
    input: z.object({ n: z.int(), question: z.string(), answer }),
    output: operation,
    errors: [],
  },
  "POST /operations/{operation}/cancel": {
    role: "operate",
    summary: "End an operation in an orderly way, like Ctrl-C",
    params: operationParam,
    output: operation,
    errors: [],
  },
} as const satisfies Record<string, RouteContract>;

export type OperationResult = z.infer<typeof operationResult>;
export type Operation = z.infer<typeof operation>;
