import { shellWord } from "../../system/shell-word.ts";
import type { Paths } from "../../system/paths.ts";
import { tmuxName } from "../record/names.ts";

/** A separate tmux server: the user's is not touched, and two homes do not see each other's sessions. */
export interface TmuxServer {
  /** name for `tmux -L` */
  socket: string;
  /** configuration that the server reads instead of the user's */
  config: string;
}

/** @param userHome the user's home folder: cowork's default home in it gets the short name */
export function tmuxServer(paths: Paths, userHome: string): TmuxServer {
  const isDefault = paths.home === `${userHome.replace(/\/$/, "")}/.cowork`;
  return { socket: isDefault ? "cowork" : `cowork-${paths.pathHash}`, config: `${paths.lib}/tmux.conf` };
}

/** Variables of the attached terminal. They are passed at each attach, because the next terminal may differ. */
export const attachVariables = ["TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE", "SSH_AUTH_SOCK", "DISPLAY"] as const;

export interface AttachPlan {
  /** session id, not tmux' name yet */
  id: string;
  /** argv of what runs in the pane, `cowork connect <session> --no-tmux` */
  command: readonly [string, ...string[]];
  /** what the pane's command must have in its environment (`paneEnvironment`): a running server has older values */
  env: Readonly<Record<string, string>>;
}

/** The part of the caller's environment that the inner `cowork connect` needs to find the same home, engine and programs. */
export function paneEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const wanted =
    /^(?:PATH|HOME|USER|XDG_RUNTIME_DIR|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|COWORK_.+|DOCKER_(?:HOST|CONTEXT|CONFIG|CERT_PATH|TLS_VERIFY))$/;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value !== undefined && wanted.test(name) ? [[name, value]] : [])),
  );
}

/** Names of the windows: `connect` opens a shell, `open` the agent. */
export const shellWindow = "shell";
export const agentWindow = "agent";

/**
 * Arguments for tmux that create the session or attach to it; several terminals may attach. `new-session -A` compares whole
 * names, so a prefix of another name never matches. A new window (Ctrl-b c) is another terminal in the same session.
 * @param windows names of the session's windows: the agent's own is not the place for a shell
 */
export function planAttach(server: TmuxServer, plan: AttachPlan, windows: readonly string[] = []): string[] {
  const pane = paneCommand(plan);
  const more = [";", "set-option", "default-command", shellLine(pane)];
  if (!windows.includes(agentWindow)) {
    const names = ["-s", tmuxName(plan.id), "-n", shellWindow];
    return [...serverArgs(server), "new-session", "-A", ...names, "--", ...pane.map(literal), ...more];
  }
  const target = `=${tmuxName(plan.id)}:`;
  const shell = windows.includes(shellWindow)
    ? ["select-window", "-t", `${target}=${shellWindow}`]
    : ["new-window", "-t", target, "-n", shellWindow, "--", ...pane.map(literal)];
  return [...serverArgs(server), ...shell, ";", "attach-session", "-t", target, ...more];
}

/** Arguments for tmux that show the agent's window on this terminal. */
export function planAttachAgent(server: TmuxServer, id: string): string[] {
  return [...serverArgs(server), "attach-session", "-t", `=${tmuxName(id)}:=${agentWindow}`];
}

/**
 * Arguments for tmux that start the agent in its own window, without a terminal that shows it.
 * @param plan.shell what other windows of a session run that this creates
 * @param windows names of the session's windows; empty: there is no session
 */
export function planAgentWindow(
  server: TmuxServer,
  plan: AttachPlan & { shell: AttachPlan["command"] },
  windows: readonly string[],
): string[] {
  const [name, pane] = [tmuxName(plan.id), paneCommand(plan)];
  if (windows.length > 0) {
    const window = ["new-window", "-d", "-t", `=${name}:`, "-n", agentWindow];
    return [...serverArgs(server), ...window, "--", ...pane.map(literal)];
  }
  const size = ["-x", "80", "-y", "24"];
  const session = ["new-session", "-d", "-s", name, "-n", agentWindow, ...size, "--", ...pane.map(literal)];
  const shell = shellLine(paneCommand({ ...plan, command: plan.shell }));
  return [...serverArgs(server), ...session, ";", "set-option", "-t", `=${name}:`, "default-command", shell];
}

/**
 * Arguments for tmux that let the terminals leave a session that shows the agent's window, which is about to close. The window gets
 * another name first: a command that looks after that finds no agent.
 */
export function planLeaveAgent(server: TmuxServer, id: string): string[] {
  const session = `=${tmuxName(id)}`;
  const rename = ["rename-window", "-t", `${session}:=${agentWindow}`, endedWindow];
  const shown = `#{==:#{window_name},${endedWindow}}`;
  const leave = ["if-shell", "-F", "-t", `${session}:`, shown, `detach-client -s '${session}'`];
  return [...serverArgs(server), ...rename, ";", ...leave];
}

const endedWindow = "ended";

export function planWindows(server: TmuxServer, id: string): string[] {
  return [...serverArgs(server), "list-windows", "-t", `=${tmuxName(id)}`, "-F", "#{window_name}"];
}

/** The panes of the agent's window, of which the oldest is the agent's. */
export function planPanes(server: TmuxServer, id: string): string[] {
  return [...serverArgs(server), "list-panes", "-t", `=${tmuxName(id)}:=${agentWindow}`, "-F", "#{pane_id}"];
}

/** Arguments for tmux that paste the text on its stdin, marked as pasted, so that its lines are not sent one by one. */
export function planPaste(server: TmuxServer, pane: string): string[] {
  const buffer = `cowork-${pane.replace(/\D/g, "")}`;
  const load = ["load-buffer", "-b", buffer, "-"];
  return [...serverArgs(server), ...load, ";", "paste-buffer", "-p", "-d", "-b", buffer, "-t", pane];
}

/** @param keys by their tmux names, such as `Enter` */
export function planKeys(server: TmuxServer, pane: string, keys: readonly string[]): string[] {
  return [...serverArgs(server), "send-keys", "-t", pane, ...keys];
}

/** Not `new-session -e`: tmux has it since 3.2 only. With more than one argument tmux runs the command without a shell. */
function paneCommand({ env, command }: Pick<AttachPlan, "env" | "command">): string[] {
  return ["/usr/bin/env", ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command];
}

function shellLine(pane: readonly string[]): string {
  return literal(`exec ${pane.map(shellWord).join(" ")}`);
}

/** A `;` at an argument's end is tmux' own separator of commands. */
function literal(argument: string): string {
  return argument.replace(/;$/, "\\;");
}

export function planKill(server: TmuxServer, id: string): string[] {
  return [...serverArgs(server), "kill-session", "-t", `=${tmuxName(id)}`];
}

export function planHas(server: TmuxServer, id: string): string[] {
  return [...serverArgs(server), "has-session", "-t", `=${tmuxName(id)}`];
}

export function planList(server: TmuxServer): string[] {
  return [...serverArgs(server), "list-sessions", "-F", "#{session_attached} #{session_name}"];
}

function serverArgs(server: TmuxServer): string[] {
  return ["-L", server.socket, "-f", server.config];
}

/** The environment of the tmux client: without the variables of an outer tmux, which would refuse to nest. */
export function clientEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const { TMUX: _outer, TMUX_PANE: _pane, ...rest } = env;
  return rest;
}

/**
 * The server's configuration, read once when the server starts. The key bindings are tmux' defaults (Ctrl-b d detaches), so
 * that what people know works.
 */
export function tmuxConfig(): string {
  return [
    "# written by cowork; changes are lost",
    "set -g mouse on",
    "set -g history-limit 50000",
    "set -g default-terminal tmux-256color",
    "if-shell 'infocmp tmux-256color >/dev/null 2>&1' '' 'set -g default-terminal screen-256color'",
    "set -ga terminal-overrides ',*256col*:Tc,*-direct:Tc'",
    "set -sq extended-keys on",
    "set -s escape-time 20",
    "set -g focus-events on",
    "set -s set-clipboard on",
    "# programs inside may write to the outer terminal (images, notifications); unknown before tmux 3.3",
    "set -gq allow-passthrough on",
    "# a title set by a program inside is untrusted and not shown: the session name stays",
    "set -g set-titles on",
    "set -g set-titles-string '#{session_name} - cowork'",
    "set -g allow-rename off",
    "set -g automatic-rename off",
    "set -g status-style bg=default,fg=default,dim",
    "set -g status-left '#{session_name} '",
    "set -g status-left-length 70",
    "set -g status-right 'detach: C-b d '",
    "set -g window-status-format '#{?#{==:#{session_windows},1},,#I }'",
    "set -g window-status-current-format '#{?#{==:#{session_windows},1},,[#I] }'",
    "set -g default-shell /bin/sh",
    "# several terminals on one session: the window has the size of the one used last",
    "set -gq window-size latest",
    `set -g update-environment '${attachVariables.join(" ")}'`,
    "set -g detach-on-destroy on",
    "",
  ].join("\n");
}
