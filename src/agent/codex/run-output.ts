import type { JsonObject } from "../../contract/common.ts";
import type { RunOutput, RunResult } from "../at-work.ts";
import { number, object, text } from "../input/claims.ts";

/** Reads one event of `codex exec --json`. Every field is a claim: a wrong type counts as absent. */
export function readEvent(value: unknown): RunOutput[] {
  const event = object(value);
  switch (event["type"]) {
    case "thread.started":
      return [{ kind: "started", conversation: text(event["thread_id"]) }];
    case "item.started":
      return readStart(object(event["item"]));
    case "item.completed":
      return readItem(object(event["item"]));
    case "error":
      return readRetry(text(event["message"]));
    case "turn.completed":
      return [{ ...result(event["usage"]), outcome: "completed" }];
    case "turn.failed": {
      const detail = text(object(event["error"])["message"]);
      return [{ ...result(undefined), outcome: outcomeOf(detail), ...(detail === "" ? {} : { detail }) }];
    }
    default:
      return [];
  }
}

function readStart(item: JsonObject): RunOutput[] {
  const id = text(item["id"]);
  switch (item["type"]) {
    case "command_execution":
      return [{ kind: "tool", id, name: "Bash", input: { command: text(item["command"]) } }];
    case "file_change":
      return [{ kind: "tool", id, name: "apply_patch", input: { path: pathsOf(item).join(", ") } }];
    case "mcp_tool_call":
      return [{ kind: "tool", id, name: nameOf(item), input: object(item["arguments"]) }];
    default:
      return [];
  }
}

function readItem(item: JsonObject): RunOutput[] {
  const [id, failed] = [text(item["id"]), item["status"] === "failed" || item["status"] === "declined"];
  switch (item["type"]) {
    case "agent_message":
      return [{ kind: "text", text: text(item["text"]) }];
    case "command_execution":
      return [{ kind: "tool-result", id, failed, text: text(item["aggregated_output"]) }];
    case "file_change":
      return [{ kind: "tool-result", id, failed, text: pathsOf(item).join("\n") }];
    case "mcp_tool_call":
      return [{ kind: "tool-result", id, failed, text: JSON.stringify(item["result"] ?? item["error"] ?? "") }];
    default:
      return [];
  }
}

/** The program repeats requests, and says so. Other errors come again with the end of the turn. */
function readRetry(message: string): RunOutput[] {
  const attempt = /^Reconnecting\.\.\. (\d+)\/\d+ \((.*)\)$/s.exec(message);
  return attempt === null ? [] : [{ kind: "retry", attempt: Number(attempt[1]), delayMs: 0, detail: attempt[2] ?? "" }];
}

/** Without a price: the program does not say what it costs. Its tokens are those of the whole conversation. */
function result(usage: unknown): Omit<RunResult, "outcome"> {
  const counts = object(usage);
  const tokens = { input: number(counts["input_tokens"]), output: number(counts["output_tokens"]) };
  return { kind: "result", text: "", cost: 0, turns: 1, tokens, denials: 0, durationMs: 0 };
}

/** The program tells the kind of an error only in words. */
function outcomeOf(detail: string): RunResult["outcome"] {
  if (/usage limit/i.test(detail)) return "limit";
  const noLogin =
    /refresh token|sign in again|log ?in again|not logged in|\b401\b|unauthorized|token_expired|Missing bearer/i;
  return noLogin.test(detail) ? "login" : "error";
}

function pathsOf(item: JsonObject): string[] {
  const { changes } = item;
  return Array.isArray(changes) ? changes.map((one) => text(object(one)["path"])).filter((path) => path !== "") : [];
}

function nameOf(item: JsonObject): string {
  return [text(item["server"]), text(item["tool"])].filter((part) => part !== "").join(".");
}
