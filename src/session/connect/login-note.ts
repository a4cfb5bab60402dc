import { basename } from "node:path";
import type { ConnectIo, ConnectRequest } from "../session-host.ts";

/**
 * A missing login is reported where it matters: when the agent is run, or a person opens a shell. With tmux the pane reports
 * it. Other commands do not need the login.
 */
export function concernsLogin(
  { command, settings, tmux }: Pick<ConnectRequest, "command" | "settings" | "tmux">,
  { tty }: Pick<ConnectIo, "tty">,
): boolean {
  if (command === undefined) return tty !== undefined && !tmux;
  return basename(command[0] ?? "") === settings.agent;
}
