import * as z from "zod/mini";

/** Tasks in the list that the agent keeps with `AGENT_TASKS`. */
const taskCount = z.object({ done: z.int(), total: z.int() });

/**
 * What the agent in a session does, learned from its hooks and its own state files, never from the screen. An interrupted agent is
 * `idle`, a killed one `ended`, and one whose last report is older than the container's start `unknown`: each with that word
 * (`interrupted`, `killed`, `stale`) in `detail`.
 */
export const agentState = z.object({
  state: z.enum(["none", "starting", "working", "waiting", "idle", "failed", "ended", "unknown"]),
  /** since when, as ISO 8601 */
  since: z.string(),
  /** only with `waiting`: what it waits for */
  for: z.exactOptional(z.enum(["approval", "answer", "plan", "limit"])),
  /** only with `for: "limit"`: when the usage limit ends, as ISO 8601; absent if the vendor did not say */
  until: z.exactOptional(z.string()),
  /** one line: the tool in use, the question, the error */
  detail: z.exactOptional(z.string()),
  /** absent: it keeps no list of tasks */
  tasks: z.exactOptional(taskCount),
});

export type TaskCount = z.infer<typeof taskCount>;
export type AgentState = z.infer<typeof agentState>;
