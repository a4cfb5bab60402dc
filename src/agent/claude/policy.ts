import type { JsonObject } from "../../contract/common.ts";
import type { SessionRules } from "../../contract/work/rules.ts";
import { hooks } from "./states.ts";

/**
 * Variables that would replace the shared login, or send it elsewhere. A repository can set them in `.claude/settings.json`, a
 * container in its environment; managed settings take precedence over both (tested with the real program).
 */
export const keptOut = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_CUSTOM_HEADERS",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_USE_ANTHROPIC_AWS",
  "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_USE_GATEWAY",
  "CLAUDE_CODE_USE_MANTLE",
  "CLAUDE_CODE_USE_VERTEX",
  // Without a check of the server's certificate, a proxy that the repository chooses would receive the token.
  "NODE_TLS_REJECT_UNAUTHORIZED",
  // Renewing the login without the lock logs the other sessions out.
  "CLAUDE_CODE_DISABLE_AUTH_REFRESH_LOCK",
] as const;

/**
 * For the same reason certificate authorities come from the container's own bundle, to which CA_CERTS adds the host's, and not from
 * a file that a repository names. Proxies are not changed: without the two variables above they see no token.
 */
const authorities = { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" };

/** What applies to every copy of the program in every container. */
function base(): JsonObject & { env: JsonObject } {
  const blank = Object.fromEntries(keptOut.map((name) => [name, ""]));
  return { forceLoginMethod: "claudeai", apiKeyHelper: "", env: { ...blank, ...authorities } };
}

/** Content of `/etc/claude-code/managed-settings.json` in a container without a session. */
export function sharedPolicy(): string {
  return toText(base());
}

/**
 * The same in a session's container: reports what the agent does, and lets only the given rules count. A repository's own hooks run
 * only if the user agreed to them.
 */
export function sessionPolicy(rules: SessionRules): string {
  const { env, ...rest } = base();
  const { own, repository, tasks } = rules;
  const both = (key: "allow" | "deny" | "ask"): string[] => [...new Set([...(own?.[key] ?? []), ...rules[key]])];
  return toText({
    ...rest,
    // Otherwise plan mode asks the vendor's classifier in place of a person.
    useAutoModeDuringPlan: false,
    env: { ...env, ...(tasks === true ? { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1" } : {}) },
    allowManagedPermissionRulesOnly: true,
    ...(repository === "agreed" ? {} : { allowManagedHooksOnly: true }),
    permissions: {
      allow: both("allow"),
      deny: both("deny"),
      ask: both("ask"),
      // Always set: otherwise the repository's settings choose it.
      defaultMode: rules.defaultMode ?? own?.defaultMode ?? "default",
    },
    hooks: hooks(programsInside),
  });
}

const programsInside = "/opt/cowork/bin";

function toText(settings: JsonObject): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}
