import type { SetupShell } from "./setup-shells.ts";

// `claude` as a shell function: in a project it works in a session, with a flag or a subcommand it is the program itself. A prompt
// differs from a subcommand by the space in it, so that the subcommands of later versions need no list here. It changes nothing
// in a session's container or clone: the agent would open a session in its session, and --rm would delete its own.

/** bash and zsh. `function name` and no `name()`: an alias of that name would be expanded while the lines are read. */
const posix = `if ! alias claude >/dev/null 2>&1 && ! typeset -f claude >/dev/null 2>&1; then
  function claude {
    if [ "$#" -gt 1 ] || { [ "$#" -eq 1 ] && { [ "\${1#-}" != "$1" ] || [ "\${1#*[[:space:]]}" = "$1" ]; }; } ||
      [ ! -t 0 ] || [ ! -t 1 ] || [ -n "\${COWORK_SESSION-}" ] || [ -e /opt/cowork/session ] ||
      ! command -v cowork >/dev/null 2>&1 || ! git rev-parse --show-toplevel >/dev/null 2>&1 ||
      ! git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
      command claude "$@"
      return
    fi
    local clones
    clones="$(builtin cd -P "\${COWORK_HOME:-$HOME/.cowork}/sessions" 2>/dev/null && pwd)"
    case "$(pwd -P)/" in
      "\${clones:-/dev/null}"/*) command claude "$@" ;;
      *) if [ "$#" -eq 0 ]; then cowork open --rm; else cowork open --rm -- "$1"; fi ;;
    esac
  }
fi`;

const fish = `if not functions -q claude
  function claude --wraps claude --description 'Work with claude in a session of cowork'
    set -l clones (set -q COWORK_HOME; and echo $COWORK_HOME; or echo $HOME/.cowork)/sessions
    set clones (builtin realpath $clones 2>/dev/null; or echo /dev/null)
    if test (count $argv) -gt 1
      or begin
        test (count $argv) -eq 1
        and begin
          string match -q -- '-*' $argv[1]
          or not string match -qr '\\s' -- $argv[1]
        end
      end
      or not isatty stdin
      or not isatty stdout
      or set -q COWORK_SESSION
      or test -e /opt/cowork/session
      or not type -q cowork
      or not git rev-parse --show-toplevel >/dev/null 2>&1
      or not git rev-parse --quiet --verify HEAD >/dev/null 2>&1
      or string match -q -- "$clones/*" (pwd -P)/
      command claude $argv
    else if test (count $argv) -eq 0
      cowork open --rm
    else
      cowork open --rm -- $argv[1]
    end
  end
end`;

/** The lines for the shell's start-up file. They leave an alias or a function of the user alone. */
export const aliasLines: Readonly<Record<SetupShell, string>> = { bash: posix, zsh: posix, fish };

/** Whether the user's file has its own `claude`, as an alias or a function. */
export function hasOwnClaude(text: string, shell: SetupShell): boolean {
  const own = shell === "fish" ? /^\s*(?:alias|function|abbr)\s(?:.*\s)?claude(?:[\s=]|$)/m : ownInPosix;
  return own.test(text);
}

const ownInPosix = /^[^#\n]*(?:\balias\s+(?:-\S+\s+)*claude=|\bfunction\s+claude\b|(?:^|[\s;])claude\s*\(\s*\))/m;
