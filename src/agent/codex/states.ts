import type { JsonObject } from "../../contract/common.ts";
import type { AgentSignal, AgentStates, HookReport } from "../at-work.ts";
import { describeTool, line, text } from "../input/describe.ts";

/** The policy has the hooks; the program keeps no file that tells what it does. */
export const states: AgentStates = { read, programs: () => [], tasks: () => undefined };

function read({ event, input = {} }: HookReport): AgentSignal | undefined {
  const signal = signalOf(event, input);
  if (signal === undefined) return undefined;
  const [subagent, conversation] = [text(input["agent_id"]), text(input["session_id"])];
  return {
    ...signal,
    ...(subagent === undefined ? {} : { subagent }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

function signalOf(event: string, input: JsonObject): AgentSignal | undefined {
  switch (event) {
    case "SessionStart":
      return { state: "starting" };
    case "UserPromptSubmit":
      return { state: "working", ...detailOf(line(input["prompt"])) };
    case "PreToolUse":
      return { state: "working", ...ofTool(input), ...detailOf(describeTool(input)) };
    case "PostToolUse":
      return { state: "working", ...ofTool(input) };
    case "PermissionRequest":
      return { state: "waiting", for: "approval", ...ofTool(input), ...detailOf(describeTool(input)) };
    case "SubagentStart":
    case "SubagentStop":
      return { state: "working" };
    case "Stop":
      return { state: "idle" };
    case "Interrupt":
      return { state: "idle", detail: "interrupted" };
    case "SessionEnd":
      return { state: "ended" };
    default:
      return undefined;
  }
}

function ofTool(input: JsonObject): Pick<AgentSignal, "tool" | "call"> {
  const [tool, call] = [text(input["tool_name"]), text(input["tool_use_id"])];
  return { ...(tool === undefined ? {} : { tool }), ...(call === undefined ? {} : { call }) };
}

function detailOf(detail: string | undefined): Pick<AgentSignal, "detail"> {
  return detail === undefined ? {} : { detail };
}
