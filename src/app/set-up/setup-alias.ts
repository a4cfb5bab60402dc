import { readUserConf } from "../../config/read.ts";
import { agentId, type AgentId } from "../../contract/agents.ts";
import { usualAgent } from "../../contract/usual-agent.ts";
import type { Context } from "../../system/context.ts";
import type { SetupShell } from "./setup-shells.ts";

// The agent's program as a shell function: in a project it works in a session, with a flag or a subcommand it is the program itself. A prompt
// differs from a subcommand by the space in it, so that the subcommands of later versions need no list here. It changes nothing
// in a session's container or clone: the agent would open a session in its session, and --rm would delete its own.

/** bash and zsh. `function name` and no `name()`: an alias of that name would be expanded while the lines are read. */
const posix = (
  agent: AgentId,
): string => `if ! alias ${agent} >/dev/null 2>&1 && ! typeset -f ${agent} >/dev/null 2>&1; then
  function ${agent} {
    if [ "$#" -gt 1 ] || { [ "$#" -eq 1 ] && { [ "\${1#-}" != "$1" ] || [ "\${1#*[[:space:]]}" = "$1" ]; }; } ||
      [ ! -t 0 ] || [ ! -t 1 ] || [ -n "\${COWORK_SESSION-}" ] || [ -e /opt/cowork/session ] ||
      ! command -v cowork >/dev/null 2>&1 || ! git rev-parse --show-toplevel >/dev/null 2>&1 ||
      ! git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
      command ${agent} "$@"
      return
    fi
    local clones
    clones="$(builtin cd -P "\${COWORK_HOME:-$HOME/.cowork}/sessions" 2>/dev/null && pwd)"
    case "$(pwd -P)/" in
      "\${clones:-/dev/null}"/*) command ${agent} "$@" ;;
      *) if [ "$#" -eq 0 ]; then cowork open --rm --agent ${agent}; else cowork open --rm --agent ${agent} -- "$1"; fi ;;
    esac
  }
fi`;

const fish = (agent: AgentId): string => `if not functions -q ${agent}
  function ${agent} --wraps ${agent} --description 'Work with ${agent} in a session of cowork'
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
      command ${agent} $argv
    else if test (count $argv) -eq 0
      cowork open --rm --agent ${agent}
    else
      cowork open --rm --agent ${agent} -- $argv[1]
    end
  end
end`;

/** The lines for the shell's start-up file. They leave an alias or a function of the user alone. */
export function aliasLines(agent: AgentId): Readonly<Record<SetupShell, string>> {
  const lines = posix(agent);
  return { bash: lines, zsh: lines, fish: fish(agent) };
}

/** The agent whose program becomes a shell function: the one of the user's own file. @throws CONFIG_FILE_CORRUPT */
export async function aliasAgent({ paths }: Pick<Context, "paths">): Promise<AgentId> {
  const { AGENT } = (await readUserConf(paths.userConf)) ?? {};
  return agentId.safeParse(AGENT?.trim()).data ?? usualAgent;
}

/** Whether the user's file has its own alias or function of that name. */
export function hasOwnAlias(text: string, shell: SetupShell, agent: AgentId): boolean {
  const own =
    shell === "fish"
      ? String.raw`^\s*(?:alias|function|abbr)\s(?:.*\s)?${agent}(?:[\s=]|$)`
      : String.raw`^[^#\n]*(?:\balias\s+(?:-\S+\s+)*${agent}=|\bfunction\s+${agent}\b|(?:^|[\s;])${agent}\s*\(\s*\))`;
  return new RegExp(own, "m").test(text);
}
