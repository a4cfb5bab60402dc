import * as z from "zod/mini";
import { parseJson } from "../../contract/common.ts";
import { newAgentLogPosition, type AgentLogPosition } from "./agent-log.ts";
import type { LogOutput } from "./log-output.ts";
import type { LogPosition } from "./setup-log.ts";

// A log that is followed over a connection has a mark after each part: a line of its own that starts with a control character, which no
// line of a log contains. A reader shows a part when its mark is there, and after a lost connection goes on after the last mark.

export const markStart = "\u001E";

/** How far a log was shown. */
export interface LogMark {
  setup: LogPosition;
  agent: AgentLogPosition;
}

const count = z.int().check(z.nonnegative());
const schema = z.object({
  setup: z.object({ inode: z.number(), offset: count }),
  agent: z.object({
    run: z.exactOptional(z.object({ n: count, state: z.string(), offset: count })),
    own: z.object({ file: z.string(), offset: count, isSaid: z.boolean() }),
    asked: z.array(z.string()),
  }),
});

/** @param mark as it is when lines are written: how far the log was shown with them; absent: without marks */
export function withMarks(out: LogOutput, mark: LogMark | undefined): LogOutput {
  if (mark === undefined) return out;
  return async (lines) => {
    if (lines.length === 0) return;
    await out([...lines, `${markStart}${Buffer.from(JSON.stringify(mark)).toString("base64url")}`]);
  };
}

/** The start of the log for a mark that is none. */
export function readMark(text: string | undefined): LogMark {
  const start = { setup: { inode: 0, offset: 0 }, agent: newAgentLogPosition() };
  if (text === undefined) return start;
  const found = schema.safeParse(parseJson(Buffer.from(text, "base64url").toString("utf8")));
  return found.success ? found.data : start;
}
