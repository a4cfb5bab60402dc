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

/**
 * Arguments for tmux that create the session or attach to it; several terminals may attach. `new-session -A` compares whole
 * names, so a prefix of another name never matches. A new window (Ctrl-b c) is another terminal in the same session.
 */
export function planAttach(server: TmuxServer, plan: AttachPlan): string[] {
  // Not `new-session -e`: tmux has it since 3.2 only. With more than one argument tmux runs the command without a shell.
  const pane = [
    "/usr/bin/env",
    ...Object.entries(plan.env).map(([name, value]) => `${name}=${value}`),
    ...plan.command,
  ];
  const session = ["new-session", "-A", "-s", tmuxName(plan.id), "--", ...pane.map(literal)];
  return [
    ...serverArgs(server),
    ...session,
    ";",
    "set-option",
    "default-command",
    literal(`exec ${pane.map(shellWord).join(" ")}`),
  ];
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
