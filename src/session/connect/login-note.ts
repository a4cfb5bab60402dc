import { basename } from "node:path";
import type { ConnectIo, ConnectRequest } from "../session-host.ts";

/**
 * That nobody is logged in is said where the agent is called, or a person comes in; with tmux it is said in the pane. Other commands
 * do not need the login.
 */
export function concernsLogin(
  { command, settings, tmux }: Pick<ConnectRequest, "command" | "settings" | "tmux">,
  { tty }: Pick<ConnectIo, "tty">,
): boolean {
  if (command === undefined) return tty !== undefined && !tmux;
  return basename(command[0] ?? "") === settings.agent;
}
