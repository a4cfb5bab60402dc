import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answering, Step, Usage } from "./script.ts";

const noUsage: Usage = {
  input_tokens: 1,
  output_tokens: 5,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

let answers = 0;

/** Streams a message in the vendor's format. */
export async function sendMessage(response: ServerResponse, model: string, step: Step): Promise<void> {
  const { text, tools = [], slow = 0, headers = {} } = step;
  const usage = { ...noUsage, ...step.usage };
  // The agent joins lines of one message by its id, and counts the cost of each id once.
  const id = `made_up_${String((answers += 1))}`;
  const send = (type: string, data: object): void =>
    void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": `req_${id}`, ...headers });
  const message = { id: `msg_${id}`, type: "message", role: "assistant", model, content: [], stop_reason: null };
  send("message_start", { message: { ...message, stop_sequence: null, usage: { ...usage, output_tokens: 1 } } });
  let index = 0;
  const block = async (content_block: object, deltas: readonly object[], pause: number): Promise<void> => {
    send("content_block_start", { index, content_block });
    for (const delta of deltas) {
      if (pause > 0) await sleep(pause);
      send("content_block_delta", { index, delta });
    }
    send("content_block_stop", { index });
    index += 1;
  };
  if (text !== undefined) {
    const words = slow > 0 ? text.split(/(?<=\s)/) : [text];
    await block(
      { type: "text", text: "" },
      words.map((word) => ({ type: "text_delta", text: word })),
      slow,
    );
  }
  for (const { name, input } of tools) {
    const call = { type: "tool_use", id: `toolu_${id}_${String(index)}`, name, input: {} };
    await block(call, [{ type: "input_json_delta", partial_json: JSON.stringify(input) }], 0);
  }
  const stop_reason = tools.length > 0 ? "tool_use" : "end_turn";
  send("message_delta", { delta: { stop_reason, stop_sequence: null }, usage });
  send("message_stop", {});
  response.end();
}

const errorTypes: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** Sends the error that `answering` names. */
export function sendFailure(response: ServerResponse, status: number, { body, headers }: Answering): void {
  const type = errorTypes[status] ?? "api_error";
  const made = { type: "error", error: { type, message: `made-up ${type}` }, request_id: "req_made_up" };
  sendJson(response, status, body ?? made, headers);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export const profile = {
  account: {
    uuid: "11111111-1111-4111-8111-111111111111",
    email: "made-up@example.com",
    full_name: "Made Up",
    display_name: "Made Up",
    has_claude_max: true,
    has_claude_pro: false,
    created_at: "2026-01-01T00:00:00Z",
  },
  organization: {
    uuid: "22222222-2222-4222-8222-222222222222",
    name: "Made Up's Organization",
    organization_type: "claude_max",
    billing_type: "stripe_subscription",
    rate_limit_tier: "default_claude_max_5x",
    has_extra_usage_enabled: false,
  },
};
