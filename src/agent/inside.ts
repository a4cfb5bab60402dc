import { readAsset } from "../assets.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { processorOf } from "../system/processor.ts";
import { plain, plainLines } from "../system/text.ts";
import { installAgent } from "./install.ts";
import { inside } from "./parts.ts";
import type { Agent, Variant } from "./types.ts";

/** What only the container can tell about itself. */
export interface ContainerFacts {
  variant: Variant | undefined;
  /** version that the launcher would start */
  version: string | undefined;
  canChangeUid: boolean;
}

/** After SIGTERM; the agent itself gives up after two. Nobody can renew the login meanwhile. */
const patienceSeconds = 5;

const question = `
m=$(uname -m); l=; musl() { [ -e /etc/alpine-release ] && return 0
for f in /lib/*-linux-gnu/libc.so.6 /lib64/libc.so.6 /usr/lib*/libc.so.6; do [ -e "$f" ] && return 1; done
for f in /lib/ld-musl-*; do [ -e "$f" ] && return 0; done; return 1; }
musl && l=-musl
case $(setpriv --help 2>&1) in *--reuid*) s=yes ;; *) s=no ;; esac
v=; [ -r "$1" ] && while IFS='=' read -r k x; do [ "$k" = version ] && v=$x; done <"$1"
echo "$m $s $l/$v"`;

/**
 * Asks a running container which variant of the agent it needs and installs that too where it is not the engine's usual one (an image
 * built on musl, or for another processor); says what keeps the agent from running there. Call it once after each `up`.
 * @param remoteUid uid of the user that the dev container works as
 * @param said what the container said to `containerQuestion`, where it was asked already
 * @returns notes for the user
 */
export async function completeAgent(
  ctx: Context,
  agent: Agent,
  container: { id: string; name: string; remoteUid: number; said?: string },
): Promise<string[]> {
  const { said } = container;
  const facts = said === undefined ? await askContainer(ctx, agent, container.id) : readFacts(said);
  const notes: string[] = [];
  if (container.remoteUid === 0 && !facts.canChangeUid) {
    notes.push(
      `${agent.title} cannot run here: the user is root and the image has no setpriv to change to uid ${ctx.user.sessionUid}; add util-linux to it`,
    );
  }
  const { variant, version } = facts;
  if (variant === undefined) return [...notes, `there is no ${agent.title} for this container's processor`];
  if (version === undefined) return notes;
  const usual = ctx.known?.has(`agent ${agent.id} ${version} ${variant}`) ?? false;
  if (usual) return notes;
  try {
    await installAgent(ctx, agent, { version, variant, session: container.name });
  } catch (error) {
    const problem = toCoworkError(error);
    if (problem.code !== "AGENT_UNAVAILABLE") throw problem;
    ctx.known?.set(`agent ${agent.id} ${version} ${variant}`, problem.message);
    notes.push(`${problem.message} ${problem.hint ?? ""}`.trim());
  }
  return notes;
}

/** For whoever starts a process inside anyhow: a script that sh runs, any user's, and its one argument. */
export function containerQuestion(agent: Agent): { script: string; argument: string } {
  return { script: question, argument: `/opt/cowork/session/agent-${agent.id}` };
}

export async function askContainer(ctx: Context, agent: Agent, containerId: string): Promise<ContainerFacts> {
  const { script, argument } = containerQuestion(agent);
  const answer = await ctx.engine.exec(
    containerId,
    { command: ["/bin/sh", "-c", script, "sh", argument], user: "0" },
    { timeoutMs: 20_000, maxOutput: 4096 },
  );
  return readFacts(answer.stdout);
}

function readFacts(said: string): ContainerFacts {
  const [, machine = "", setpriv = "", libc = "", version = ""] =
    /^(\S+) (yes|no) (|-musl)\/([\w.-]*)$/.exec(plain(said.slice(0, 4096))) ?? [];
  const processor = processorOf(machine);
  const variant = processor === undefined ? undefined : (`linux-${processor}${libc}` as Variant);
  return { variant, version: version === "" ? undefined : version, canChangeUid: setpriv === "yes" };
}

/**
 * Ends the agent inside a container in order, under the lock that the shared login is renewed under: told to end in the middle
 * of a renewal it waits two seconds for the answer, and then everybody is logged out. To be called before anything else in the
 * container is told to end.
 * @returns process ids that did not end by themselves
 */
export async function drainAgent(
  ctx: Context,
  agent: Agent,
  containerId: string,
  options: { waitSeconds?: number } = {},
): Promise<string[]> {
  const container = await ctx.engine.findContainer(containerId);
  // `host` and `container:…`: the processes that it would see are not this container's
  if (container?.state !== "running" || !["", "private"].includes(container.pidMode)) return [];
  const script = new TextDecoder().decode(await readAsset("templates/agent/bin/agent-drain"));
  const lock = `${inside.vault(agent)}/${agent.login.refreshLock}`;
  const wait = options.waitSeconds ?? 30;
  const words = ["agent-drain", agent.stop.process, lock, String(wait), String(patienceSeconds)];
  const command = ["/bin/sh", "-c", script, ...words] as const;
  const limits = { timeoutMs: (wait + 20) * 1000, maxOutput: 64 * 1024, signal: ctx.signal };
  const answer = await ctx.engine.exec(containerId, { command, user: "0", workingDir: "/" }, limits);
  return plainLines(answer.stdout).filter((line) => /^\d+$/.test(line));
}
