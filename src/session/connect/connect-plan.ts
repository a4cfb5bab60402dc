import { findUserShell } from "../../devcontainer/environment/user-shell.ts";
import type { ExecSpec } from "../../engine/types.ts";

/** What runs inside: a command, the command line of the `CONNECT` setting, or, without either, the user's shell. */
export interface ConnectOptions {
  command?: readonly string[];
  /** a command line for a shell */
  connect?: string;
}

/** Where it runs: what is known about a session whose container is running. */
export interface ConnectPlace {
  user: string;
  workspaceFolder: string;
  /** of processes inside, complete (`probeEnvironment`) */
  environment: Readonly<Record<string, string>>;
}

/** The engine does not forward signals to an exec'ed process, so the shell prints its process id first; `exec` keeps it. */
const printPid = 'echo "$$"';

/** With a terminal the shell waits for one line, which is sent once the terminal inside has the window's size. */
const waitForSize = "IFS= read -r c_line";

/**
 * The caller's terminal type may be unknown inside (kitty, ghostty, …), and programs would refuse to draw. Every current
 * terminal understands xterm-256color well enough.
 */
const knownTerm = `c_known=
for c_dir in "$HOME/.terminfo" /etc/terminfo /lib/terminfo /usr/share/terminfo /usr/lib/terminfo; do
  [ -e "$c_dir/\${TERM%"\${TERM#?}"}/$TERM" ] && c_known=1
done
[ -n "$c_known" ] || TERM=xterm-256color
export TERM`;

/**
 * The exec of one connection. A shell with a terminal is interactive but not a login shell, like an editor's terminal in a dev
 * container: what login files set is in the environment already, and running them again would undo the project's `remoteEnv`
 * (Debian's /etc/profile resets PATH).
 * @param outside the caller's environment: its terminal type is passed on
 */
export function planConnect(
  place: ConnectPlace,
  options: ConnectOptions,
  outside: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): ExecSpec {
  const steps = [printPid, ...(terminal ? [waitForSize, knownTerm] : []), ...whatRuns(options)];
  return {
    command: [
      "/bin/sh",
      "-c",
      steps.join("\n"),
      "sh",
      ...(options.command ?? (options.connect === undefined ? [] : [options.connect])),
    ],
    user: place.user,
    workingDir: place.workspaceFolder,
    env: { ...place.environment, ...terminalEnvironment(place.environment, outside, terminal) },
  };
}

function whatRuns(options: ConnectOptions): string[] {
  if (options.command !== undefined && options.command.length > 0) return ['exec "$@"'];
  if (options.connect !== undefined) return [findUserShell, "SHELL=$c_shell", "export SHELL", 'exec "$SHELL" -c "$1"'];
  return [findUserShell, "SHELL=$c_shell", "export SHELL", 'exec "$SHELL"'];
}

function terminalEnvironment(
  inside: Readonly<Record<string, string>>,
  outside: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): Record<string, string> {
  const { TERM: term, COLORTERM: colours } = outside;
  const language = ["LANG", "LC_ALL", "LC_CTYPE"].some((name) => inside[name]);
  return {
    // The caller's locale is rarely installed inside; this one always is, and makes UTF-8 work.
    ...(language ? {} : { LANG: "C.UTF-8" }),
    ...(terminal ? { TERM: term || "xterm-256color" } : {}),
    ...(terminal && colours ? { COLORTERM: colours } : {}),
  };
}

/** Sends a signal to the process and its group. @param pid the process id that `planConnect` made the shell print */
export function planSignal(signal: "HUP" | "TERM", pid: string): ExecSpec {
  // Without `--`: the `kill` of dash and busybox does not accept it here.
  const script = `kill -${signal} "-$1" 2>/dev/null || kill -${signal} "$1"`;
  return { command: ["/bin/sh", "-c", script, "sh", pid], user: "0", workingDir: "/" };
}
