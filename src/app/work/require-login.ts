import type { Settings } from "../../config/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { SessionHost } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";

/** @throws NOT_LOGGED_IN if the agent has no login on the host */
export async function requireLogin(host: SessionHost, { agent }: Pick<Settings, "agent">): Promise<void> {
  const { login } = await host.authStatus(agent);
  if (login.state === "ok") return;
  throw new CoworkError("NOT_LOGGED_IN", `The agent is not logged in: ${plain(login.detail)}`, {
    hint: [ownCommand("auth", "login")],
  });
}
