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

/** Content of `/etc/claude-code/managed-settings.json`: applies to every copy of the program in the container. */
export function managedSettings(): string {
  const blank = Object.fromEntries(keptOut.map((name) => [name, ""]));
  const settings = { forceLoginMethod: "claudeai", apiKeyHelper: "", env: { ...blank, ...authorities } };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
