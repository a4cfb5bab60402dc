import type { JsonObject } from "../../contract/common.ts";
import type { AgentApprovals, ApprovalDecision, AskedApproval } from "../at-work.ts";
import { deniedText } from "../denied.ts";
import { asObject, asText } from "../input/json.ts";

/**
 * What the hook `PermissionRequest` receives and prints. Tried with the real program; the request is a claim of the container. Only
 * runs ask here: in a terminal the program's own question comes after its hooks.
 */
export const codexApprovals: AgentApprovals = { read, answer };

function read(request: JsonObject): AskedApproval | undefined {
  const tool = asText(request["tool_name"]);
  const input = asObject(request["tool_input"]);
  if (tool === undefined || tool === "" || input === undefined) return undefined;
  const conversation = asText(request["session_id"]);
  return {
    kind: "approval",
    tool,
    folder: asText(request["cwd"]) ?? "",
    // The program takes no rules from a hook.
    rules: [],
    subagent: asText(request["agent_id"]) !== undefined,
    text: textOf(input),
    input,
    ...(conversation === undefined ? {} : { conversation }),
  };
}

/** A command or a patch, with the reason that the agent gives; of other tools all that they would get. */
function textOf(input: JsonObject): string {
  const { command, description, ...rest } = input;
  if (typeof command !== "string" || Object.keys(rest).length > 0) return JSON.stringify(input, null, 2);
  if (description === undefined || description === null) return command;
  return typeof description === "string" ? `${command}\n\n# ${description}` : JSON.stringify(input, null, 2);
}

/** The request that it answers is known by its checksum; the program would refuse an answer with an input of its own. */
function answer(_request: JsonObject, { decision, message }: ApprovalDecision): JsonObject {
  const denied = message ?? deniedText;
  const said = decision === "allow" ? { behavior: "allow" } : { behavior: "deny", message: denied };
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: said } };
}
