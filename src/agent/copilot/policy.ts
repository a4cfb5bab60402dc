import type { JsonObject } from "../../contract/common.ts";
import type { SessionRules } from "../../contract/work/rules.ts";
import type { PolicyFiles } from "../types.ts";
import { hooks } from "./hooks.ts";

/**
 * Variables that replace the login or the policy, send the login or the conversation elsewhere, allow everything, or choose whose
 * certificates are believed. The launcher unsets them. Tried with the real program: the token goes to COPILOT_DEBUG_GITHUB_API_URL.
 * COPILOT_ALLOW_ALL also trusts the folder. Certificate authorities are those of the container's own bundle.
 */
export const keptOut = [
  "CAPI_*",
  "COPILOT_AGENT_*",
  "COPILOT_AHP_*",
  "COPILOT_ALLOW_*",
  "COPILOT_API_URL",
  "COPILOT_ASSISTED_APPROVAL",
  "COPILOT_CLI_*",
  "COPILOT_DEBUG_*",
  "COPILOT_ENTRA_*",
  "COPILOT_GH_HOST",
  "COPILOT_GITHUB_TOKEN",
  "COPILOT_HMAC_KEY",
  "COPILOT_HOOK_*",
  "COPILOT_LOKI_*",
  "COPILOT_MANAGED_*",
  "COPILOT_MC_*",
  "COPILOT_OFFLINE",
  "COPILOT_OTEL_*",
  "COPILOT_PROVIDER_*",
  "COPILOT_TEST_*",
  "GH_HOST",
  "GITHUB_COPILOT_*",
  "NODE_EXTRA_CA_CERTS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
] as const;

/**
 * For a session's container: reports what the agent does. A repository's own hooks run only if the user agreed to them, and none of its
 * settings switches ours off.
 */
export function sessionPolicy({ repository }: SessionRules): PolicyFiles {
  return {
    "managed-settings.json": toText(repository === "agreed" ? {} : { allowManagedHooksOnly: true }),
    "policy.d/cowork.json": toText(hooks("/opt/cowork/bin")),
  };
}

function toText(content: JsonObject): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
