import type { ServerResponse } from "node:http";
import { sendJson } from "../answers.ts";
import type { createControl } from "../control.ts";
import { createChat } from "./chat.ts";

export interface CopilotRequest {
  host: string;
  method: string;
  path: string;
  body: Record<string, unknown>;
  /** `Bearer …` or `token …` */
  authorization: string | undefined;
}

const api = "https://api.githubcopilot.com";
const account = { login: "made-up", id: 4711, type: "User" };
const seat = {
  login: account.login,
  access_type_sku: "monthly_subscriber",
  copilot_plan: "individual",
  chat_enabled: true,
  is_mcp_enabled: true,
  organization_list: [],
  endpoints: { api, telemetry: "https://telemetry.githubcopilot.com" },
  quota_snapshots: {},
};
const model = {
  id: "gpt-5.4",
  object: "model",
  name: "GPT-5.4",
  vendor: "OpenAI",
  version: "gpt-5.4",
  model_picker_enabled: true,
  is_chat_default: true,
  is_chat_fallback: true,
  billing: { is_premium: false, multiplier: 1 },
  policy: { state: "enabled", terms: "" },
  supported_endpoints: ["/chat/completions"],
  capabilities: {
    type: "chat",
    family: "gpt-5.4",
    object: "model_capabilities",
    tokenizer: "o200k_base",
    limits: { max_context_window_tokens: 128_000, max_prompt_tokens: 100_000, max_output_tokens: 16_000 },
    supports: { streaming: true, tool_calls: true, parallel_tool_calls: true },
  },
};

/** The token that a login by device code gives. */
export const deviceToken = "gho_madeupbydevicecode00000000000000";

/** GitHub for Copilot: login by device code or token, and the model. Every token that starts with `gho_madeup` is good. */
export function createCopilot(
  folder: string,
  control: ReturnType<typeof createControl>,
  journal: (entry: object) => void,
): (request: CopilotRequest, response: ServerResponse) => Promise<void> {
  const chat = createChat(folder, control, journal);
  return async ({ host, method, path, body, authorization }, response) => {
    const bearer = authorization?.replace(/^\w+ /, "");
    const entry = { host, method, path, bearer };
    const answer = (what: string, content: object): void => {
      journal({ ...entry, what, ok: true });
      sendJson(response, 200, content);
    };
    if (host === "github.com" && path === "/login/device/code") {
      const uri = "https://github.com/login/device";
      const code = {
        device_code: "made-up",
        user_code: "MADE-UP0",
        verification_uri: uri,
        expires_in: 900,
        interval: 1,
      };
      return answer("asked", code);
    }
    if (host === "github.com" && path === "/login/oauth/access_token")
      return answer("login", { access_token: deviceToken, token_type: "bearer", scope: "read:user" });
    const isGood = bearer?.startsWith("gho_madeup") === true && control.read().copilot?.refuse !== true;
    if (!isGood) {
      journal({ ...entry, what: bearer === undefined ? "other" : "refused", ok: false });
      return sendJson(response, bearer === undefined ? 404 : 401, { message: "Bad credentials" });
    }
    if (path === "/user") return answer("profile", account);
    if (path === "/copilot_internal/user") return answer("profile", seat);
    if (path === "/models") return answer("other", { object: "list", data: [model] });
    if (path === "/chat/completions") return await chat.answer(body, response, entry);
    journal({ ...entry, what: "other", ok: false });
    sendJson(response, 404, { message: "Not Found" });
  };
}
