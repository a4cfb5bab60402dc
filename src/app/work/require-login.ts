import { agentId } from "../../contract/agents.ts";
import { CoworkError } from "../../errors.ts";
import { loginStep } from "../../hint.ts";
import type { SessionHost } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";

/**
 * Makes sure that a session's agent can start. A program of `AGENT_COMMAND` has no login of ours, and an agent that only a newer
 * cowork knows is the host's to judge.
 * @param configured the agent that the configuration selects, which a command to log in need not name
 * @throws NOT_LOGGED_IN if the agent has no login on the host
 */
export async function requireLogin(host: SessionHost, agent: string, configured: string): Promise<void> {
  const known = agentId.safeParse(agent);
  if (!known.success) return;
  const { login } = await host.authStatus(known.data);
  if (login.state === "ok") return;
  const why = login.state === "none" ? "." : `: ${plain(login.detail)}`;
  throw new CoworkError("NOT_LOGGED_IN", `The agent ${known.data} is not logged in${why}`, {
    hint: [loginStep(known.data, configured)],
  });
}
