import type { SessionRules } from "../../contract/work/rules.ts";
import type { PolicyFiles } from "../types.ts";
import { hookEntries, type HookEntry } from "./hooks.ts";

/**
 * Variables that replace the login, send it elsewhere, or choose whose certificates are believed. The launcher unsets them. Tried with
 * the real program: the first one is followed, and gets the refresh token.
 */
export const keptOut = [
  "CODEX_REFRESH_TOKEN_URL_OVERRIDE",
  "CODEX_REVOKE_TOKEN_URL_OVERRIDE",
  "CODEX_ACCESS_TOKEN",
  "CODEX_API_KEY",
  "CODEX_AGENT_IDENTITY*",
  "CODEX_AUTHAPI_BASE_URL",
  "CODEX_APP_SERVER_*",
  "CODEX_CLOUD_TASKS_*",
  "CODEX_EXEC_SERVER_URL",
  "CODEX_OSS_*",
  "CODEX_GUARDIAN_*",
  "CODEX_SQLITE_HOME",
  "CODEX_CA_CERTIFICATE",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_FEDERATION_RULE_ID",
  "OPENAI_IDENTITY_TOKEN*",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
] as const;

/** What the user may change in a session. The container is the wall: the program's own sandbox does not start in one. */
const defaults = `approval_policy = "on-request"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
cli_auth_credentials_store = "file"
`;

/** What nothing in a session changes. */
const managed = `cli_auth_credentials_store = "file"
forced_login_method = "chatgpt"
`;

/**
 * Without the first line a run would never ask, whatever its arguments say. The program's background server would outlive it, and
 * needs \`ps\`.
 */
const required = `allowed_approval_policies = ["on-request"]
`;
const features = `
[features]
hooks = true
daemon_auto_start = false
`;

/** For the container of a login, which has no session. */
export function sharedPolicy(): PolicyFiles {
  return { "config.toml": defaults, "managed_config.toml": managed, "requirements.toml": `${required}${features}` };
}

/** For a session's container: it also reports what the agent does. A repository's own hooks run only if the user agreed to them. */
export function sessionPolicy({ repository }: SessionRules): PolicyFiles {
  const own = repository === "agreed" ? "" : "allow_managed_hooks_only = true\n";
  const hooks = `\n[hooks]\nmanaged_dir = "/opt/cowork/bin"\n${hookEntries("/opt/cowork/bin").map(toToml).join("")}`;
  return { ...sharedPolicy(), "requirements.toml": `${required}${own}${features}${hooks}` };
}

function toToml({ event, command, timeout }: HookEntry): string {
  return `
[[hooks.${event}]]
[[hooks.${event}.hooks]]
type = "command"
command = ${JSON.stringify(command)}
timeout = ${timeout}
`;
}
