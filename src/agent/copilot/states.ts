import type { JsonObject } from "../../contract/common.ts";
import type { AgentSignal, AgentStates, HookReport } from "../at-work.ts";
import { describeTool, line, text } from "../input/describe.ts";

/** The policy has the hooks; the program keeps no file that tells what it does. */
export const states: AgentStates = { read, programs: () => [], tasks: () => undefined };

function read({ event, input = {} }: HookReport): AgentSignal | undefined {
  const signal = signalOf(event, input);
  const conversation = text(input["sessionId"]);
  return signal === undefined || conversation === undefined ? signal : { ...signal, conversation };
}

function signalOf(event: string, input: JsonObject): AgentSignal | undefined {
  switch (event) {
    case "sessionStart":
      return { state: "starting" };
    case "userPromptSubmitted":
      return { state: "working", ...detailOf(line(input["prompt"])) };
    // It is also asked for what is then allowed without a person.
    case "permissionRequest":
    case "preToolUse":
      return { state: "working", ...ofTool(input), ...detailOf(describe(input)) };
    case "postToolUse":
    case "postToolUseFailure":
      return { state: "working", ...ofTool(input) };
    case "subagentStart":
    case "subagentStop":
      return { state: "working" };
    case "notification":
      return ofNotification(input);
    case "errorOccurred":
      return ofError(input);
    case "agentStop":
      return { state: "idle" };
    case "sessionEnd":
      return { state: "ended" };
    default:
      return undefined;
  }
}

/** `permission_prompt` was seen, with a text such as `Run command: make test`. */
function ofNotification(input: JsonObject): AgentSignal | undefined {
  const said = detailOf(line(input["message"]));
  switch (input["notification_type"]) {
    case "permission_prompt":
      return { state: "waiting", for: "approval", ...said };
    case "elicitation_dialog":
      return { state: "waiting", for: "answer", ...said };
    default:
      return undefined;
  }
}

/** Only an error that ends the turn; the program goes on after others. */
function ofError(input: JsonObject): AgentSignal | undefined {
  if (input["recoverable"] === true) return undefined;
  const { error } = input;
  const message = typeof error === "object" && error !== null && !Array.isArray(error) ? error["message"] : error;
  return { state: "failed", ...detailOf(line(message)) };
}

function describe(input: JsonObject): string | undefined {
  const { toolName, toolArgs, toolInput } = input;
  return describeTool({ tool_name: toolName ?? null, tool_input: toolArgs ?? toolInput ?? null });
}

function ofTool(input: JsonObject): Pick<AgentSignal, "tool"> {
  const tool = text(input["toolName"]);
  return tool === undefined ? {} : { tool };
}

function detailOf(detail: string | undefined): Pick<AgentSignal, "detail"> {
  return detail === undefined ? {} : { detail };
}
