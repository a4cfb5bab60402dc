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
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
] as const;

/** Content of `/etc/claude-code/managed-settings.json`: binds every copy of the program in the container. */
export function managedSettings(): string {
  const settings = {
    forceLoginMethod: "claudeai",
    apiKeyHelper: "",
    env: Object.fromEntries(keptOut.map((name) => [name, ""])),
  };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
