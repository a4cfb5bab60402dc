/**
 * Variables that would put something else in the place of the shared login, or send it elsewhere. A repository can set them in
 * `.claude/settings.json`, a container in its environment; managed settings win over both (tried with the real program).
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
  // with a proxy of the repository's choice, no check of the server's certificate means a token for whoever runs it
  "NODE_TLS_REJECT_UNAUTHORIZED",
  // renewing without the lock logs the other sessions out
  "CLAUDE_CODE_DISABLE_AUTH_REFRESH_LOCK",
] as const;

/**
 * For the same reason authorities come from the container's own bundle, where CA_CERTS adds the host's, and not from a file that
 * a repository names. Proxies are left alone: without the two they see no token.
 */
const authorities = { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" };

/** Content of `/etc/claude-code/managed-settings.json`: binds every copy of the program in the container. */
export function managedSettings(): string {
  const blank = Object.fromEntries(keptOut.map((name) => [name, ""]));
  const settings = { forceLoginMethod: "claudeai", apiKeyHelper: "", env: { ...blank, ...authorities } };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
