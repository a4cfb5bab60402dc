import type { Json, JsonObject } from "../../contract/common.ts";
import type { RunPermissions } from "../../contract/work/run.ts";
import type { AgentApprovals, ApprovalDecision, AskedApproval } from "../at-work.ts";
import { deniedText } from "../denied.ts";
import { asObject, asText } from "../input/json.ts";
import { readQuestions } from "./questions.ts";
import { requestText } from "./request-text.ts";
import { offeredRules, ruleEntry } from "./offered-rules.ts";

/** What the hook `PermissionRequest` receives and prints. Tried with the real program; the request is a claim of the container. */
export const claudeApprovals: AgentApprovals = { read, answer };

const kinds: Record<string, AskedApproval["kind"]> = { AskUserQuestion: "answer", ExitPlanMode: "plan" };

const modes: Record<RunPermissions, string> = { ask: "default", edits: "acceptEdits", all: "bypassPermissions" };

function read(request: JsonObject): AskedApproval | undefined {
  const tool = asText(request["tool_name"]);
  const input = asObject(request["tool_input"]);
  if (tool === undefined || tool === "" || input === undefined) return undefined;
  const kind = kinds[tool] ?? "approval";
  const questions = kind === "answer" ? readQuestions(input) : undefined;
  if (kind === "answer" && questions === undefined) return undefined;
  const conversation = asText(request["session_id"]);
  return {
    kind,
    tool,
    folder: asText(request["cwd"]) ?? "",
    rules: kind === "approval" ? offeredRules(tool, input, request["permission_suggestions"]) : [],
    subagent: asText(request["agent_id"]) !== undefined,
    text: requestText(tool, input, questions),
    input,
    ...(questions === undefined ? {} : { questions }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

function answer(request: JsonObject, decision: ApprovalDecision): JsonObject {
  const said = decision.decision === "allow" ? allowed(request, decision) : denied(decision);
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: said } };
}

/** Always with the input that was shown. Without it the program ignores an answer to a question or a plan, too. */
function allowed(request: JsonObject, { choices, mode, rules = [] }: ApprovalDecision): JsonObject {
  const input = asObject(request["tool_input"]) ?? {};
  const permissions: Json[] = [];
  if (rules.length > 0) {
    permissions.push({ type: "addRules", rules: rules.map(ruleEntry), behavior: "allow", destination: "session" });
  }
  if (mode !== undefined) permissions.push({ type: "setMode", mode: modes[mode], destination: "session" });
  return {
    behavior: "allow",
    updatedInput: choices === undefined ? input : { ...input, answers: answersOf(input, choices) },
    ...(permissions.length === 0 ? {} : { updatedPermissions: permissions }),
  };
}

function denied({ message }: ApprovalDecision): JsonObject {
  const text = message ?? deniedText;
  return { behavior: "deny", message: text };
}

/** By the text of each question; several labels are one text. */
function answersOf(input: JsonObject, choices: readonly (readonly string[])[]): JsonObject {
  const questions = readQuestions(input) ?? [];
  return Object.fromEntries(questions.map(({ question }, n) => [question, (choices[n] ?? []).join(", ")]));
}
