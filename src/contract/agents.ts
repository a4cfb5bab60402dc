import * as z from "zod/mini";

// The agents by name. What cowork knows about each of them is in src/agent/.

/** The agents that cowork can install, log in and watch. */
export const agentIds = ["claude", "codex", "copilot"] as const;
export const agentId = z.enum(agentIds);
export type AgentId = z.infer<typeof agentId>;

/** In a session's record: its program is that of `AGENT_COMMAND`, which is none of these. */
export const commandAgent = "command";

/** Agents that cowork does not support now, and why. docs/agents.md says more. */
const agentsNotNow: Readonly<Record<string, string>> = {
  cursor: "it is not on npm, and cowork cannot check what its own installer downloads",
  gemini:
    "its login with Google ended for individuals on 2026-06-18; what is left are API keys, which cowork does not handle",
  opencode:
    "it sends the login to any address that the repository names, and runs the repository's plugins without a question",
};

/** A name that a person gave: an agent, or why there is none of that name. */
export function readAgentName(name: string): AgentId | { why?: string } {
  const known = agentId.safeParse(name);
  if (known.success) return known.data;
  const why = whyNotNow(name);
  return why === undefined ? {} : { why };
}

/** Why cowork does not support that agent; undefined for one that it does not know at all. */
export function whyNotNow(name: string): string | undefined {
  return Object.hasOwn(agentsNotNow, name) ? agentsNotNow[name] : undefined;
}

/**
 * Where agents look for the policy of their machine. In every dev container these folders are reserved for cowork's own files, whichever
 * agent the session has. By agent.
 */
export const policyFolders = {
  claude: "/etc/claude-code",
  codex: "/etc/codex",
  copilot: "/etc/github-copilot",
} as const;
