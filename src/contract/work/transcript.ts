import * as z from "zod/mini";
import { jsonObject } from "../common.ts";

// What an agent did and which prompts it got, as data. All of it was written in a container: text is bounded, and its control
// characters are visible.

/** Of a subagent. */
const of = { subagent: z.exactOptional(z.boolean()) };
/** when, as ISO 8601, if the transcript says it */
const at = { at: z.exactOptional(z.string()) };

export const transcriptEntry = z.discriminatedUnion("kind", [
  /** a run begins; what follows belongs to it */
  z.object({ kind: z.literal("run"), ...at, run: z.string(), n: z.int(), action: z.string(), title: z.string() }),
  /** said to the agent */
  z.object({ kind: z.literal("prompt"), ...at, text: z.string() }),
  /** said by the agent, in Markdown */
  z.object({ kind: z.literal("text"), ...at, ...of, text: z.string() }),
  /** `summary`: one line; `input` is cut if it is large */
  z.object({
    kind: z.literal("tool"),
    ...at,
    ...of,
    id: z.string(),
    name: z.string(),
    summary: z.string(),
    input: jsonObject,
  }),
  /** `id` is that of the call; `text` is its beginning; `more`: characters that are left out */
  z.object({
    kind: z.literal("tool-result"),
    ...at,
    ...of,
    id: z.string(),
    failed: z.boolean(),
    text: z.string(),
    more: z.int(),
  }),
  z.object({ kind: z.literal("denied"), ...at, tool: z.string(), message: z.string() }),
  /** one line about retries, usage limits, work in the background, parts that are left out */
  z.object({ kind: z.literal("note"), ...at, text: z.string() }),
  /** the conversation's end: `outcome` such as `completed`, `budget`, `error` */
  z.object({
    kind: z.literal("result"),
    ...at,
    outcome: z.string(),
    detail: z.exactOptional(z.string()),
    cost: z.number(),
    turns: z.number(),
    tokens: z.object({ input: z.number(), output: z.number() }),
  }),
]);

export const transcriptQuery = z.object({
  /** only this run */
  run: z.exactOptional(z.int()),
  /** cursor of the last answer */
  after: z.exactOptional(z.string()),
});

export const transcriptAnswer = z.object({
  entries: z.array(transcriptEntry),
  cursor: z.string(),
  /** there is more to read at once */
  more: z.boolean(),
  /** what was read before is of another run or conversation: show only what comes now */
  reset: z.boolean(),
});

export type TranscriptEntry = z.infer<typeof transcriptEntry>;
export type TranscriptQuery = z.infer<typeof transcriptQuery>;
export type TranscriptAnswer = z.infer<typeof transcriptAnswer>;
