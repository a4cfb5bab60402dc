import type { JsonObject } from "../../contract/common.ts";
import { asList, asObject } from "../input/json.ts";
import type { AgentSignal, AgentStates, HookReport } from "../at-work.ts";
import { describeTool, line, text } from "../input/describe.ts";
import { limitEnd } from "./limit-end.ts";
import { readPrograms } from "./programs.ts";
import { readTasks } from "./tasks.ts";

/** Seconds that a report may take; the agent waits for it. It takes milliseconds, longer only on a machine that is overloaded. */
const reportSeconds = 10;
/** The list of claims is looked at in milliseconds; after a command git lists what it changed. */
const claimSeconds = 5;
/** A person may answer the next morning. */
const answerSeconds = 86_400;

/** Events that are reported. Notifications only if the agent has been idle: the one for a question comes after its request. */
const events: readonly [event: string, matcher?: string][] = [
  ["SessionStart"],
  ["UserPromptSubmit"],
  ["PreToolUse"],
  ["PostToolUse"],
  ["PermissionRequest"],
  ["PermissionDenied"],
  ["Notification", "idle_prompt"],
  ["Stop"],
  ["StopFailure"],
  ["SubagentStart"],
  ["SubagentStop"],
  ["TaskCreated"],
  ["TaskCompleted"],
  ["SessionEnd"],
];

/** Tools that name the file they edit, and those after which files may have changed. */
const edits = "Edit|Write|MultiEdit|NotebookEdit";
const claims: Readonly<Record<string, [when: string, matcher: string]>> = {
  PreToolUse: ["before", edits],
  PostToolUse: ["after", `Bash|${edits}`],
};

export const states: AgentStates = { read, programs: readPrograms, tasks: readTasks };

/** Hook entries for the policy. @param programs folder of cowork's hook scripts in the container */
export function hooks(programs: string): JsonObject {
  const entries = events.map(([event, matcher]): [string, JsonObject[]] => {
    // With `args` the program is started without a shell.
    const report = { type: "command", command: `${programs}/agent-event`, args: [event], timeout: reportSeconds };
    const ask = { type: "command", command: `${programs}/agent-approve`, args: [], timeout: answerSeconds };
    const commands = event === "PermissionRequest" ? [report, ask] : [report];
    const own = { ...(matcher === undefined ? {} : { matcher }), hooks: commands };
    const [when, tools] = claims[event] ?? [];
    if (when === undefined || tools === undefined) return [event, [own]];
    // A container that an older cowork made does not have the program.
    const script = `p=${programs}/agent-claims; [ -x $p ] && exec $p ${when}; exec cat >/dev/null`;
    const look = { type: "command", command: "/bin/sh", args: ["-c", script], timeout: claimSeconds };
    return [event, [own, { matcher: tools, hooks: [look] }]];
  });
  const plan = { type: "command", command: `${programs}/agent-plan`, args: [], timeout: reportSeconds };
  const hooksOf = Object.fromEntries(entries);
  return { ...hooksOf, PreToolUse: [...(hooksOf["PreToolUse"] ?? []), { matcher: edits, hooks: [plan] }] };
}

function read({ event, at, input = {} }: HookReport): AgentSignal | undefined {
  const signal = signalOf(event, at, input);
  if (signal === undefined) return undefined;
  const [subagent, conversation] = [text(input.agent_id), text(input.session_id)];
  return {
    ...signal,
    ...(subagent === undefined ? {} : { subagent }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

function signalOf(event: string, at: number, input: JsonObject): AgentSignal | undefined {
  switch (event) {
    case "SessionStart":
      return { state: "starting" };
    case "UserPromptSubmit":
      return { state: "working", ...ofPrompt(input) };
    case "PreToolUse":
      return { state: "working", ...ofTool(input), ...detail(describeTool(input)) };
    case "PostToolUse":
      return { state: "working", ...ofTool(input) };
    case "PermissionDenied":
      return { state: "working", ...ofTool(input), ...detail(`denied: ${describeTool(input) ?? "a tool"}`) };
    case "PermissionRequest":
      return { state: "waiting", for: waitsFor(input.tool_name), ...ofTool(input), ...detail(describeTool(input)) };
    case "Stop":
      return afterStop(input);
    case "StopFailure":
      return afterFailure(at, input);
    case "SubagentStart":
    case "SubagentStop":
      return { state: "working" };
    case "Notification":
      return input.notification_type === "idle_prompt" ? { state: "idle" } : undefined;
    case "TaskCreated":
    case "TaskCompleted":
      return { state: "working", ...ofTask(event, input) };
    case "SessionEnd":
      // The program goes on with another conversation, which has a start of its own.
      return input.reason === "clear" || input.reason === "resume" ? undefined : { state: "ended" };
    default:
      return undefined;
  }
}

function waitsFor(tool: unknown): "approval" | "answer" | "plan" {
  return tool === "AskUserQuestion" ? "answer" : tool === "ExitPlanMode" ? "plan" : "approval";
}

/**
 * The end of a turn is not the end of the work: subagents go on in the background, and their end starts another turn. A command in the
 * background may be a server that never ends: the agent is idle, and the detail says what goes on.
 */
function afterStop(input: JsonObject): AgentSignal {
  const running = asList(input.background_tasks)
    .map(asObject)
    .filter((task) => task?.status === "running");
  const subagents = running.filter((task) => task?.type === "subagent").length;
  if (subagents > 0)
    return { state: "working", detail: subagents === 1 ? "a subagent works" : `${subagents} subagents work` };
  if (running.length === 0) return { state: "idle" };
  const count = running.length;
  return {
    state: "idle",
    detail: count === 1 ? "a command runs in the background" : `${count} commands run in the background`,
  };
}

function afterFailure(at: number, input: JsonObject): AgentSignal {
  const message = line(input.last_assistant_message) ?? line(input.error_details) ?? line(input.error);
  // The vendor's server that is busy has the same code; only the account's usage limit has a time.
  const isLimit = input.error === "rate_limit" && /\bresets\b/.test(message ?? "");
  if (!isLimit) return { state: "failed", ...detail(message) };
  const until = limitEnd(message ?? "", at);
  const end = until === undefined ? {} : { until: new Date(until).toISOString() };
  return { state: "waiting", for: "limit", ...end, ...detail(message) };
}

function ofPrompt(input: JsonObject): { detail?: string } {
  const prompt = line(input.prompt);
  // Not a person's: the end of a subagent, for example.
  return prompt === undefined || prompt.startsWith("<") ? {} : { detail: prompt };
}

function ofTool(input: JsonObject): { tool?: string; call?: string } {
  const [tool, call] = [text(input.tool_name), text(input.tool_use_id)];
  return { ...(tool === undefined ? {} : { tool }), ...(call === undefined ? {} : { call }) };
}

function ofTask(event: string, input: JsonObject): Pick<AgentSignal, "task"> {
  const id = text(input.task_id);
  if (id === undefined) return {};
  return { task: { id, title: line(input.task_subject) ?? "", done: event === "TaskCompleted" } };
}

function detail(value: string | undefined): { detail?: string } {
  return value === undefined ? {} : { detail: value };
}
