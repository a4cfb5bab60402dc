import { readAsset } from "../../assets.ts";
import { drainWords } from "../../agent/inside.ts";
import { inside } from "../../agent/parts.ts";
import type { Agent } from "../../agent/types.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain, plainLines } from "../../system/text.ts";
import { liveInside, makeLiveFolder, readExit, readPid } from "./output/live-files.ts";
import type { RunContainer } from "./types.ts";

/** Exit code: the folder to work in does not exist. */
const noFolderCode = 96;

/**
 * Leaves the exec's session, process group and streams, so that the agent outlives it. Waits until the agent has a process id and takes
 * input, or has ended. $1: the script agent-run, $2: the folder to work in, then agent-run's own arguments.
 */
const launchScript = `s=$1; cd -- "$2" || exit ${noFolderCode}; shift 2
rm -f "$1/pid" "$1/input" "$1/exit"
if command -v setsid >/dev/null 2>&1; then setsid /bin/sh -c "$s" agent-run "$@" </dev/null >/dev/null 2>&1 &
else /bin/sh -c "$s" agent-run "$@" </dev/null >/dev/null 2>&1 & fi
i=0
while { [ ! -s "$1/pid" ] || [ ! -s "$1/input" ]; } && [ ! -e "$1/exit" ] && [ "$i" -lt 600 ]; do sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done`;

export interface Launch {
  /** id of the session */
  id: string;
  n: number;
  agent: Agent;
  container: RunContainer;
  args: readonly string[];
  /** folder below the workspace folder */
  path?: string | undefined;
}

/**
 * Starts the agent of a run in the container, as the session's user and with the session's environment.
 * @throws CONTAINER_MISSING, ENGINE_FAILED, ENGINE_UNREACHABLE
 */
export async function launchAgent(ctx: Context, { id, n, agent, container, args, path }: Launch): Promise<void> {
  await makeLiveFolder(ctx, id, n);
  const script = new TextDecoder().decode(await readAsset("templates/agent/bin/agent-run"));
  const { user, workspaceFolder, environment } = container;
  const folder = path === undefined ? workspaceFolder : `${workspaceFolder}/${path}`;
  const words = [script, folder, liveInside(n), inside.launcher(agent), ...args];
  // The container's locale is rarely set; this one always exists, and makes UTF-8 work.
  const language = ["LANG", "LC_ALL", "LC_CTYPE"].some((name) => environment[name]);
  const env = { ...environment, ...(language ? {} : { LANG: "C.UTF-8" }) };
  const command = ["/bin/sh", "-c", launchScript, "sh", ...words] as const;
  const spec = { command, user, workingDir: workspaceFolder, env };
  const { code, stderr } = await ctx.engine.exec(container.id, spec, {
    timeoutMs: 120_000,
    maxOutput: 4096,
    signal: ctx.signal,
  });
  if (code === 0) return;
  const why =
    code === noFolderCode ? `the folder ${plain(folder)} does not exist` : plain(stderr) || `exit code ${code}`;
  throw new CoworkError("ENGINE_FAILED", `The agent could not be started in the container: ${why}.`);
}

/** Seconds for the lock of the shared login, and for the agent to end after SIGTERM. */
const [lockSeconds, patienceSeconds] = [30, 5];

/**
 * Ends the agent of a run in order, then with SIGKILL. Only the process that the run's script started and that is still the agent: ids
 * that were written inside prove nothing.
 */
export async function endLaunched(
  ctx: Context,
  { id, n, agent, container }: { id: string; n: number; agent: Agent; container: string },
): Promise<void> {
  const process = readPid(ctx, id, n);
  if (process === undefined || readExit(ctx, id, n) !== undefined) return;
  const found = await ctx.engine.findContainer(container);
  // `host` and `container:…`: the process id could be one of another container.
  if (found?.state !== "running" || !["", "private"].includes(found.pidMode)) return;
  const script = new TextDecoder().decode(await readAsset("templates/agent/bin/agent-drain"));
  const words = drainWords(agent, lockSeconds, patienceSeconds, process);
  const limits = { timeoutMs: (lockSeconds + 30) * 1000, maxOutput: 4096, signal: ctx.signal };
  const exec = async (text: string, args: readonly string[]): Promise<string> => {
    const command = ["/bin/sh", "-c", text, ...args] as const;
    return (await ctx.engine.exec(container, { command, user: "0", workingDir: "/" }, limits)).stdout;
  };
  const left = plainLines(await exec(script, words));
  if (left.includes(process.pid)) await exec('kill -KILL "$1"', ["sh", process.pid]);
}

/** The process $1 exists, and is the one that started at $2: field 22, counted after the name, which may contain spaces. */
const aliveScript = [
  'read -r stat <"/proc/$1/stat" || exit 1',
  // oxlint-disable-next-line no-template-curly-in-string -- for the shell
  'set -- "$2" ${stat##*) }',
  // oxlint-disable-next-line no-template-curly-in-string -- for the shell
  '[ "${21-}" = "$1" ]',
].join("\n");

/** Does the process that the run's script started still exist? */
export async function isLaunchedAlive(
  ctx: Context,
  { id, n, container }: { id: string; n: number; container: string },
): Promise<boolean> {
  const process = readPid(ctx, id, n);
  if (process === undefined) return false;
  const found = await ctx.engine.findContainer(container);
  if (found?.state !== "running") return false;
  const command = ["/bin/sh", "-c", aliveScript, "sh", process.pid, process.startTicks] as const;
  const { code } = await ctx.engine.exec(container, { command, user: "0", workingDir: "/" }, { signal: ctx.signal });
  return code === 0;
}
