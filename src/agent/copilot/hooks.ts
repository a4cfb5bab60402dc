import type { JsonObject } from "../../contract/common.ts";

/** Seconds that a report may take; the agent waits for it. It takes milliseconds, longer only on a machine that is overloaded. */
const reportSeconds = 10;
/** A person may answer the next morning. */
const answerSeconds = 86_400;

const events = [
  "sessionStart",
  "userPromptSubmitted",
  "preToolUse",
  "postToolUse",
  "postToolUseFailure",
  "permissionRequest",
  "notification",
  "agentStop",
  "subagentStart",
  "subagentStop",
  "errorOccurred",
  "sessionEnd",
] as const;

/** @param programs folder of cowork's hook scripts in the container */
export function hooks(programs: string): JsonObject {
  const entries = events.map((event): [string, JsonObject[]] => {
    const report = { type: "command", bash: `${programs}/agent-event ${event}`, timeoutSec: reportSeconds };
    const ask = { type: "command", bash: `${programs}/copilot-approve`, timeoutSec: answerSeconds };
    return [event, event === "permissionRequest" ? [report, ask] : [report]];
  });
  return { version: 1, hooks: Object.fromEntries(entries) };
}
