import { roles, type Role, type Tool } from "./tool.ts";
import { claimFilesTool, claimsTool, conflictsTool, mergeTool, releaseClaimTool } from "./tools/merging.ts";
import { sendTool, startRunTool, stopRunTool } from "./tools/operate.ts";
import { diffTool, listTool, statusTool, waitTool } from "./tools/sessions.ts";
import { approvalsTool, eventsTool, runsTool } from "./tools/work.ts";

/** Every tool, in the order in which agents see them. None answers approvals, deletes sessions or trusts anything. */
export const tools: readonly Tool[] = [
  listTool,
  statusTool,
  diffTool,
  eventsTool,
  waitTool,
  runsTool,
  approvalsTool,
  conflictsTool,
  claimsTool,
  mergeTool,
  startRunTool,
  sendTool,
  stopRunTool,
  claimFilesTool,
  releaseClaimTool,
];

/** The tools of a role, and of those below it. */
export function toolsOf(role: Role): Tool[] {
  return tools.filter((tool) => roles.indexOf(tool.role) <= roles.indexOf(role));
}
