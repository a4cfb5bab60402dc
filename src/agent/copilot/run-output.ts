import type { JsonObject } from "../../contract/common.ts";
import type { RunOutput, RunResult } from "../at-work.ts";
import { number, object, text } from "../input/claims.ts";

/**
 * Reads one event of `copilot --output-format json`, or of the file that the program keeps of a conversation: the form is the same, and
 * its package has a schema of it. Every field is a claim: a wrong type counts as absent.
 */
export function readEvent(value: unknown): RunOutput[] {
  const event = object(value);
  const data = object(event["data"]);
  const parent = text(data["parentToolCallId"]);
  const of = parent === "" ? {} : { subagent: parent };
  switch (event["type"]) {
    case "session.start":
      return [{ kind: "started", conversation: text(data["sessionId"]), ...versionOf(data) }];
    case "user.message":
      return [{ kind: "prompt", text: text(data["content"]) }];
    case "assistant.message":
      return text(data["content"]) === "" ? [] : [{ kind: "text", text: text(data["content"]), ...of }];
    case "tool.execution_start": {
      const [id, name, input] = [text(data["toolCallId"]), text(data["toolName"]), object(data["arguments"])];
      return [{ kind: "tool", id, name, input, ...of }];
    }
    case "tool.execution_complete":
      return readToolEnd(data, of);
    case "assistant.turn_retry":
      return [{ kind: "retry", attempt: 1, delayMs: 0, detail: text(data["reason"]).replaceAll("_", " ") }];
    case "session.error":
      return [readError(data)];
    case "result":
      return readResult(event);
    default:
      return [];
  }
}

function versionOf(data: JsonObject): { version?: string; model?: string } {
  const [version, model] = [text(data["copilotVersion"]), text(data["selectedModel"])];
  return { ...(version === "" ? {} : { version }), ...(model === "" ? {} : { model }) };
}

function readToolEnd(data: JsonObject, of: { subagent?: string }): RunOutput[] {
  const [id, error] = [text(data["toolCallId"]), object(data["error"])];
  const message = text(error["message"]);
  const result: RunOutput = {
    kind: "tool-result",
    id,
    failed: data["success"] !== true,
    text: text(object(data["result"])["content"]) || message,
    ...of,
  };
  return error["code"] === "denied" ? [{ kind: "denied", tool: text(data["toolName"]), message }, result] : [result];
}

/** The end of a process with exit code 0, which it also has where tools were denied. Otherwise an error came before it. */
function readResult(event: JsonObject): RunOutput[] {
  if (event["exitCode"] !== 0) return [];
  return [{ ...nothing, outcome: "completed", durationMs: number(object(event["usage"])["sessionDurationMs"]) }];
}

const nothing: Omit<RunResult, "outcome"> = {
  kind: "result",
  text: "",
  cost: 0,
  turns: 1,
  tokens: { input: 0, output: 0 },
  denials: 0,
  durationMs: 0,
};

/** Kinds and codes were seen with a stand-in for GitHub. */
function readError(data: JsonObject): RunResult {
  const [kind, status] = [text(data["errorType"]), data["statusCode"]];
  const outcome =
    kind === "quota" || kind === "rate_limit"
      ? "limit"
      : kind === "authorization" || status === 401
        ? "login"
        : "error";
  const detail = [text(data["message"]), typeof status === "number" ? `(${status})` : ""].filter(Boolean).join(" ");
  return { ...nothing, outcome, ...(detail === "" ? {} : { detail }) };
}

/** How a text starts with which the program ends before its conversation. The last one: after an earlier start that was good. */
const startErrors = [
  "No authentication information found",
  "Authentication token found but could not be validated",
  "Authentication failed",
];

/** A process that could not start a conversation prints no event, only a text of several lines. */
export function readStartError(errors: string): RunResult | undefined {
  const lines = errors.split("\n").map((line) => line.trim().replace(/^Error: /, ""));
  const first = lines.find((line) => startErrors.some((start) => line.startsWith(start)));
  if (first === undefined) return undefined;
  const why = lines.find((line) => /^(?:Failed to|Your GitHub token may be invalid)/.test(line));
  // Without an answer of GitHub the login may be good.
  const isAway = first.startsWith("Authentication token") && !/\(401\)|Bad credentials/.test(errors);
  return { ...nothing, turns: 0, outcome: isAway ? "error" : "login", detail: [first, why].filter(Boolean).join(" ") };
}
