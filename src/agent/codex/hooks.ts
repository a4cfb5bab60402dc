export interface HookEntry {
  event: string;
  command: string;
  /** in seconds */
  timeout: number;
}

/** The agent waits for a report, which takes milliseconds. The program allows no more than three seconds at its end. */
const reportSeconds = 10;
const endSeconds = 3;
/** A person may answer the next morning. */
const answerSeconds = 86_400;

const events: readonly [event: string, seconds: number][] = [
  ["SessionStart", reportSeconds],
  ["UserPromptSubmit", reportSeconds],
  ["PreToolUse", reportSeconds],
  ["PostToolUse", reportSeconds],
  ["PermissionRequest", reportSeconds],
  ["SubagentStart", reportSeconds],
  ["SubagentStop", reportSeconds],
  ["Stop", reportSeconds],
  ["Interrupt", endSeconds],
  ["SessionEnd", endSeconds],
];

/** @param programs folder of cowork's hook scripts in the container */
export function hookEntries(programs: string): HookEntry[] {
  const reports = events.map(([event, timeout]) => ({ event, command: `${programs}/codex-event ${event}`, timeout }));
  return [...reports, { event: "PermissionRequest", command: `${programs}/codex-approve`, timeout: answerSeconds }];
}
