import { processWords } from "../../agent/inside.ts";
import type { Agent } from "../../agent/types.ts";
import type { AgentState } from "../../contract/work/agent-state.ts";
import type { Context } from "../../system/context.ts";
import { appendHistory } from "../history/append.ts";
import type { WorkPlace } from "../types.ts";
import { decideState, type Observed } from "./decide-state.ts";
import { readGone, writeGone } from "./gone.ts";
import { observeAgent, processKey } from "./read-state.ts";

/**
 * Prints `PID STARTTICKS` of each process with this command name whose command line starts like this, except zombies. The name may
 * contain spaces and brackets.
 */
const listProcesses = `
for folder in /proc/[0-9]*; do
  { read -r name <"$folder/comm" && [ "$name" = "$1" ] && read -r line <"$folder/stat"; } 2>/dev/null || continue
  if [ -n "$2" ]; then
    words=; { read -r words <"$folder/cmdline"; } 2>/dev/null
    case $words in "$2"*) ;; *) continue ;; esac
  fi
  set -f
  set -- "$1" "$2" \${line##*) }
  set +f
  case $3 in Z | X) ;; *) printf '%s %s\\n' "\${folder#/proc/}" "\${22}" ;; esac
done`;

/**
 * The agent's state as `readAgentState` has it, but an agent that seems to work or to wait must have a process: one command in the
 * container finds out. A program that ended without a report is remembered, and recorded in the history.
 */
export async function checkAgentState(ctx: Context, place: WorkPlace): Promise<AgentState> {
  const seen = observeAgent(ctx, place);
  const first = decideState(seen);
  const { container, agent } = place;
  if (container?.running !== true || !["starting", "working", "waiting"].includes(first.state)) return first;
  if (seen.last === undefined && seen.programs.length === 0) return first;
  const living = await processesOf(ctx, container.id, agent);
  if (living === undefined) return first;
  const programs = seen.programs.map((one) => ({ ...one, gone: !living.has(processKey(one)) }));
  const known = new Set(programs.map(processKey));
  const strangers = [...living].some((key) => !known.has(key));
  const checked: Observed = { ...seen, programs, checked: { strangers } };
  const state = decideState(checked);
  await rememberGone(ctx, place, checked, state);
  return state;
}

/** Processes of the agent in the container, `PID STARTTICKS` each. @returns undefined if the container could not be asked */
export async function processesOf(ctx: Context, id: string, agent: Agent): Promise<Set<string> | undefined> {
  const command = ["/bin/sh", "-c", listProcesses, "sh", ...processWords(agent)] as const;
  const spec = { command, user: "0", workingDir: "/" };
  const answer = await ctx.engine.exec(id, spec, { timeoutMs: 10_000, maxOutput: 64 * 1024 }).catch(() => undefined);
  if (answer === undefined || answer.code !== 0) return undefined;
  return new Set(answer.stdout.split("\n").filter((line) => /^\d+ \d+$/.test(line)));
}

async function rememberGone(ctx: Context, place: WorkPlace, { programs }: Observed, state: AgentState): Promise<void> {
  const before = readGone(ctx, place.id);
  const gone = programs.filter((one) => one.gone).map(processKey);
  const fresh = gone.filter((key) => !before.has(key));
  if (fresh.length === 0) return;
  await writeGone(ctx, place.id, [...gone.filter((key) => before.has(key)), ...fresh]);
  if (state.detail !== "killed") return;
  const data = { detail: "killed", processes: fresh };
  await appendHistory(ctx, place.id, [{ source: "cowork", type: "agent.ended", data }]);
}
