import type { JsonObject } from "../../contract/common.ts";
import type { AgentApprovals, ApprovalDecision, AskedApproval } from "../at-work.ts";
import { deniedText } from "../denied.ts";
import { asObject, asText } from "../input/json.ts";

/**
 * What the hook `permissionRequest` receives and prints. Tried with the real program; the request is a claim of the container. Only runs
 * ask here: in a terminal the program's own question comes after its hooks.
 */
export const copilotApprovals: AgentApprovals = { read, answer };

function read(request: JsonObject): AskedApproval | undefined {
  const tool = asText(request["toolName"]);
  const input = asObject(request["toolInput"]);
  if (tool === undefined || tool === "" || input === undefined) return undefined;
  const conversation = asText(request["sessionId"]);
  return {
    kind: "approval",
    tool,
    folder: asText(request["cwd"]) ?? "",
    // The program takes no rules from a hook.
    rules: [],
    subagent: false,
    text: textOf(input),
    input,
    ...(conversation === undefined ? {} : { conversation }),
  };
}

/** A command; of other tools all that they would get. */
function textOf(input: JsonObject): string {
  const { command, ...rest } = input;
  return typeof command === "string" && Object.keys(rest).length === 0 ? command : JSON.stringify(input, null, 2);
}

/** The request that it answers is known by its checksum. */
function answer(_request: JsonObject, { decision, message }: ApprovalDecision): JsonObject {
  if (decision === "allow") return { behavior: "allow" };
  return { behavior: "deny", message: message ?? deniedText };
}
