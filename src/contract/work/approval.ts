import * as z from "zod/mini";
import { jsonObject, texts } from "../common.ts";

// A question of an agent that a person must decide. What was shown is exactly what runs: an answer is bound to the digest.

export const approvalKind = z.enum(["approval", "answer", "plan"]);

/** One question with options that an agent asks (`kind: "answer"`). */
export const agentQuestion = z.object({
  question: z.string(),
  header: z.string(),
  multiple: z.boolean(),
  options: z.array(z.object({ label: z.string(), description: z.string() })),
});

/** An approval as `--json` shows it. */
export const approvalView = z.object({
  /** short word derived from the content, e.g. `q7f`; unique among the open ones of a host */
  id: z.string(),
  /** SHA-256 of the request as it was first seen, hex */
  digest: z.string(),
  session: z.string(),
  sessionId: z.string(),
  project: z.string(),
  host: z.string(),
  /** which agent asks; absent: an older host */
  agent: z.exactOptional(z.string()),
  /** id of the run that it belongs to; absent: an agent in a terminal */
  run: z.exactOptional(z.string()),
  kind: approvalKind,
  /** the agent's name for the tool, e.g. `Bash` */
  tool: z.string(),
  /** the whole text to decide on: the command, the change, the plan; line ends are kept, other control characters visible */
  text: z.string(),
  /** size of that text as the agent gave it */
  lines: z.int(),
  bytes: z.int(),
  /** it contained control, bidirectional or zero-width characters, which `text` shows visibly */
  hidden: z.boolean(),
  /** folder that the tool would run in */
  folder: z.string(),
  /** user in the container that the tool would run as */
  user: z.string(),
  /** the tool's input, whole, as the agent gave it */
  input: jsonObject,
  /** with kind `answer` */
  questions: z.exactOptional(z.array(agentQuestion)),
  /** rules that "always" would add, as the agent writes them, e.g. `Bash(make test *)` */
  rules: texts,
  /** a subagent asked */
  subagent: z.boolean(),
  askedAt: z.string(),
  state: z.enum(["open", "answered", "retired"]),
  /** when it was first shown whole to a person */
  shownAt: z.exactOptional(z.string()),
  answer: z.exactOptional(
    z.object({
      decision: z.enum(["allow", "deny"]),
      always: z.boolean(),
      /** the user who answered, and through what: `terminal`, `command`, … */
      by: z.string(),
      through: z.string(),
      at: z.string(),
      message: z.exactOptional(z.string()),
    }),
  ),
});

/** A person's answer. */
export const approvalAnswer = z.object({
  id: z.string(),
  /** of the request that was shown: an answer for another one is refused */
  digest: z.string(),
  decision: z.enum(["allow", "deny"]),
  /** passed to the agent with `deny` */
  message: z.exactOptional(z.string()),
  /** chosen labels, for each question of kind `answer` */
  choices: z.exactOptional(z.array(texts)),
  /** rules that are added to the session's policy: each must be one of the request's `rules` */
  always: z.exactOptional(texts),
  by: z.string(),
  through: z.string(),
});

export type ApprovalView = z.infer<typeof approvalView>;
export type ApprovalAnswer = z.infer<typeof approvalAnswer>;
