import type { ServerResponse } from "node:http";

/** Streams a message in the vendor's format. */
export function sendMessage(response: ServerResponse, model: string, text: string): void {
  const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const message = {
    id: "msg_made_up",
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const events: [string, object][] = [
    ["message_start", { message }],
    ["content_block_start", { index: 0, content_block: { type: "text", text: "" } }],
    ["content_block_delta", { index: 0, delta: { type: "text_delta", text } }],
    ["content_block_stop", { index: 0 }],
    ["message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 5 } }],
    ["message_stop", {}],
  ];
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_made_up" });
  for (const [type, data] of events) response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  response.end();
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
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
