/**
 * Where agents look for the policy of their machine. In every dev container these folders are reserved for cowork's own files, whichever
 * agent the session has. By agent.
 */
export const policyFolders = {
  claude: "/etc/claude-code",
  codex: "/etc/codex",
  copilot: "/etc/github-copilot",
} as const;

/** The agent of sessions for which nothing else is set. Commands about it do not have to name it. */
export const usualAgent = "claude";
