import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { sendJson } from "../answers.ts";
import type { createControl } from "../control.ts";
import { createResponses } from "./responses.ts";
import { account, createCodexTokens } from "./tokens.ts";

/** Eight days: nothing is renewed while a test does not ask for it. */
const longLifetime = 8 * 24 * 3600;

/** Without these fields the program does not ask its model. */
const workspace = {
  id: account,
  structure: "personal",
  plan_type: "pro",
  workspace_backend_origin: "https://chatgpt.com",
  account_routing_override: "NO_CONSTRAINT",
};

export interface CodexRequest {
  host: string;
  path: string;
  body: Record<string, unknown>;
  bearer: string | undefined;
}

/** The vendor of Codex: login by device code, renewal, and the model. */
export function createCodex(
  folder: string,
  control: ReturnType<typeof createControl>,
  journal: (entry: object) => void,
): (request: CodexRequest, raw: IncomingMessage, response: ServerResponse) => Promise<void> {
  const tokens = createCodexTokens();
  const responses = createResponses(folder, control, journal);

  const token = async (body: Record<string, unknown>, response: ServerResponse, entry: object): Promise<void> => {
    const { codex = {} } = control.read();
    const { expiresIn = longLifetime, age = 0, refreshDelay = 0, refuseRefresh = false } = codex;
    const made = { expiresIn, age };
    if (body["grant_type"] === "authorization_code") {
      journal({ ...entry, what: "login", ok: true });
      return sendJson(response, 200, tokens.login(made));
    }
    const spent = String(body["refresh_token"]);
    const grant = refuseRefresh ? undefined : tokens.refresh(spent, made);
    journal({ ...entry, what: "refresh", ok: grant !== undefined, token: tokens.numberOf(spent) });
    if (refreshDelay > 0) await sleep(refreshDelay);
    if (grant !== undefined) return sendJson(response, 200, grant);
    const error = {
      code: "refresh_token_reused",
      message: "made-up: the refresh token was used",
      type: "invalid_request_error",
    };
    sendJson(response, 401, { error });
  };

  return async ({ host, path, body, bearer }, raw, response) => {
    const valid = bearer !== undefined && tokens.check(bearer);
    const entry = { host, method: raw.method, path, bearer };
    if (host === "auth.openai.com") {
      switch (path) {
        case "/api/accounts/deviceauth/usercode":
          journal({ ...entry, what: "asked", ok: true });
          return sendJson(response, 200, { device_auth_id: "made-up-device", user_code: "MADE-UP00", interval: "1" });
        case "/api/accounts/deviceauth/token":
          if (control.read().codex?.pending === true) return sendJson(response, 403, { error: "pending" });
          return sendJson(response, 200, {
            authorization_code: "made-up-code",
            code_challenge: "made-up-challenge",
            code_verifier: "made-up-verifier",
          });
        case "/oauth/token":
          return await token(body, response, entry);
        case "/oauth/revoke":
          tokens.revoke();
          journal({ ...entry, what: "logout", ok: true });
          return sendJson(response, 200, {});
        default:
      }
    }
    if (host === "chatgpt.com" && path.startsWith("/backend-api/codex/responses")) {
      // A web socket: with this status the program goes on without one.
      if (raw.method !== "POST") return refuse(response, 426, entry);
      if (!valid) return refuse(response, 401, entry);
      return await responses.answer(body, response, entry);
    }
    if (path === "/backend-api/wham/accounts/check" && valid)
      return sendJson(response, 200, { accounts: [workspace], account_ordering: [account] });
    refuse(response, 404, entry);
  };

  function refuse(response: ServerResponse, status: number, entry: object): void {
    journal({ ...entry, what: status === 401 ? "refused" : "other", ok: false });
    sendJson(response, status, { error: { code: status === 401 ? "token_expired" : "not_found", message: "made-up" } });
  }
}
