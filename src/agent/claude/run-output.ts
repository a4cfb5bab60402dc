import type { JsonObject } from "../../contract/common.ts";
import type { RunOutput, RunResult } from "../at-work.ts";
import { number, object, text } from "../input/claims.ts";

/** Reads one message of the stream. Every field is a claim: a wrong type counts as absent. */
export function readOutput(value: unknown): RunOutput[] {
  const message = object(value);
  switch (message["type"]) {
    case "system":
      return readSystem(message);
    case "user":
      if (message["isReplay"] === true) return readPrompt(message);
      return readBlocks(message);
    case "assistant":
      return readBlocks(message);
    case "rate_limit_event":
      return readLimit(object(message["rate_limit_info"]));
    case "control_response":
      // Interrupts are the only requests that cowork makes.
      return object(message["response"])["subtype"] === "success" ? [{ kind: "interrupted" }] : [];
    case "result":
      return [readResult(message)];
    default:
      return [];
  }
}

function readSystem(message: JsonObject): RunOutput[] {
  switch (message["subtype"]) {
    case "init": {
      const [model, version] = [text(message["model"]), text(message["claude_code_version"])];
      return [
        {
          kind: "started",
          conversation: text(message["session_id"]),
          ...(model === "" ? {} : { model }),
          ...(version === "" ? {} : { version }),
        },
      ];
    }
    case "permission_denied":
      return [{ kind: "denied", tool: text(message["tool_name"]), message: text(message["message"]) }];
    case "api_retry": {
      const detail = [number(message["error_status"]) || "", text(message["error"])].join(" ").trim();
      return [
        {
          kind: "retry",
          attempt: number(message["attempt"]),
          delayMs: number(message["retry_delay_ms"]),
          detail,
        },
      ];
    }
    case "background_tasks_changed":
      return [{ kind: "background", running: list(message["tasks"]).length }];
    default:
      return [];
  }
}

/** What the program got on its stdin, when it takes it in. */
function readPrompt(message: JsonObject): RunOutput[] {
  const prompt = textOf(object(message["message"])["content"]);
  return prompt.trim() === "" ? [] : [{ kind: "prompt", text: prompt }];
}

function readBlocks(message: JsonObject): RunOutput[] {
  const parent = text(message["parent_tool_use_id"]);
  const of = parent === "" ? {} : { subagent: parent };
  return list(object(message["message"])["content"]).flatMap((block): RunOutput[] => {
    const one = object(block);
    switch (one["type"]) {
      case "text":
        return message["type"] === "assistant" ? [{ kind: "text", text: text(one["text"]), ...of }] : [];
      case "tool_use":
        return [{ kind: "tool", id: text(one["id"]), name: text(one["name"]), input: object(one["input"]), ...of }];
      case "tool_result": {
        const failed = one["is_error"] === true;
        return [{ kind: "tool-result", id: text(one["tool_use_id"]), failed, text: textOf(one["content"]), ...of }];
      }
      default:
        return [];
    }
  });
}

/** Content is a text, or blocks of which some are text. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((block) => text(object(block)["text"]))
    .join("");
}

function readLimit(info: JsonObject): RunOutput[] {
  const until = number(info["resetsAt"]) * 1000;
  return [
    {
      kind: "limit",
      rejected: info["status"] === "rejected",
      ...(until > 0 ? { until } : {}),
      detail: text(info["rateLimitType"]),
    },
  ];
}

function readResult(message: JsonObject): RunResult {
  const usage = Object.values(object(message["modelUsage"])).map(object);
  const sum = (...names: string[]): number =>
    usage.reduce((all, one) => all + names.reduce((part, name) => part + number(one[name]), 0), 0);
  const outcome = readOutcome(message);
  const detail = outcome === "completed" ? "" : whyNot(message);
  return {
    kind: "result",
    outcome,
    ...(detail === "" ? {} : { detail }),
    text: text(message["result"]),
    cost: number(message["total_cost_usd"]),
    turns: number(message["num_turns"]),
    tokens: {
      input: sum("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens"),
      output: sum("outputTokens"),
    },
    denials: list(message["permission_denials"]).length,
    durationMs: number(message["duration_ms"]),
  };
}

/** `success` with `is_error` is an error of the vendor's API, so both are needed. */
function readOutcome(message: JsonObject): RunResult["outcome"] {
  const [reason, said, status] = [
    text(message["terminal_reason"]),
    text(message["result"]),
    message["api_error_status"],
  ];
  switch (message["subtype"]) {
    case "error_max_budget_usd":
      return "budget";
    case "error_max_turns":
      return "turns";
    default:
  }
  if (reason.startsWith("aborted")) return "interrupted";
  if (message["is_error"] !== true) return reason === "completed" ? "completed" : "interrupted";
  // The other 429 says "not your usage limit".
  if (status === 429 && !said.includes("not your usage limit")) return "limit";
  const noLogin =
    /^(?:Failed to authenticate|Not logged in|Your login|.*OAuth session expired|.*can't use your Claude subscription)/;
  return status === 401 || noLogin.test(said) ? "login" : "error";
}

function whyNot(message: JsonObject): string {
  const errors = list(message["errors"]).map(text).join("; ");
  const said = message["is_error"] === true && message["subtype"] === "success" ? text(message["result"]) : "";
  return errors || said || text(message["terminal_reason"]) || text(message["subtype"]);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
