import { basename } from "node:path";
import type { SessionRecord } from "../record/record.ts";
import type { ConnectIo, ConnectRequest } from "../session-host.ts";

/** The note is read in a shell of the session, where cowork itself is not installed. */
export function readInside(note: string): string {
  const [, command] = /^not logged in: run (`[^`]+`)$/.exec(note) ?? [];
  return command === undefined ? note : `the agent is not logged in; on the host, run ${command}`;
}

/**
 * A missing login is reported where it matters: when the agent is run, or a person opens a shell. With tmux the pane reports
 * it. Other commands do not need the login.
 */
export function shouldReportLogin(
  { agent }: Pick<SessionRecord, "agent">,
  { command, tmux }: Pick<ConnectRequest, "command" | "tmux">,
  { tty }: Pick<ConnectIo, "tty">,
): boolean {
  if (command === undefined) return tty !== undefined && !tmux;
  return basename(command[0] ?? "") === agent;
}
