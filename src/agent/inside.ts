import { readAsset } from "../assets.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { processorOf } from "../system/processor.ts";
import { plain, plainLines } from "../system/text.ts";
import { recallImage, rememberImage } from "./image-memory.ts";
import { installAgent } from "./install.ts";
import { readLaunchVersion } from "./launch-file.ts";
import { inside } from "./parts.ts";
import type { Agent, Variant } from "./types.ts";

/** What only the container can report. It depends on the image, unless something was installed inside. */
interface ContainerFacts {
  variant: Variant | undefined;
  canChangeUid: boolean;
}

/** After SIGTERM; the agent itself stops waiting after two. Meanwhile no session can renew the login. */
const patienceSeconds = 5;

const question = `
m=$(uname -m); l=; musl() { [ -e /etc/alpine-release ] && return 0
for f in /lib/*-linux-gnu/libc.so.6 /lib64/libc.so.6 /usr/lib*/libc.so.6; do [ -e "$f" ] && return 1; done
for f in /lib/ld-musl-*; do [ -e "$f" ] && return 0; done; return 1; }
musl && l=-musl
case $(setpriv --help 2>&1) in *--reuid*) s=yes ;; *) s=no ;; esac
echo "$m $s $l"`;

export interface AgentPlace {
  /** of the container */
  id: string;
  /** of the session, as the user knows it */
  name: string;
  session: string;
  /** uid of the dev container's user */
  remoteUid: number;
  /** an image of cowork's own (install.ts) */
  ownImage?: () => Promise<string>;
  /** if known: only one container of each image is asked */
  image?: {
    id: string;
    /** nothing that ran inside can have installed something: the answer applies to every container of the image */
    isUntouched: boolean;
  };
}

/**
 * Finds out which variant of the agent a running container needs, and installs it if it is not the engine's usual one (an image
 * with musl, or for another processor). Call it once after each `up`.
 * @returns notes for the user, also about what prevents the agent from running there
 */
export async function completeAgent(ctx: Context, agent: Agent, container: AgentPlace): Promise<string[]> {
  const { variant, canChangeUid } = await factsOf(ctx, container);
  const notes: string[] = [];
  if (container.remoteUid === 0 && !canChangeUid) {
    notes.push(
      `${agent.title} cannot run here: the user is root and the image has no setpriv to change to uid ${ctx.user.sessionUid}; add the package util-linux to the image`,
    );
  }
  const version = await readLaunchVersion(ctx, agent, container.session);
  if (variant === undefined) return [...notes, `${agent.title} is not available for this container's processor`];
  if (version === undefined) return notes;
  const usual = ctx.known?.failures.has(`agent ${agent.id} ${version} ${variant}`) ?? false;
  if (usual) return notes;
  try {
    await installAgent(ctx, agent, { version, variant, session: container.name, image: container.ownImage });
  } catch (error) {
    const problem = toCoworkError(error);
    if (problem.code !== "AGENT_UNAVAILABLE") throw problem;
    ctx.known?.failures.set(`agent ${agent.id} ${version} ${variant}`, problem.message);
    notes.push(`${problem.message} ${problem.hint ?? ""}`.trim());
  }
  return notes;
}

/** What the image lacks may have been installed inside, for example by a lifecycle command: then the container itself is asked. */
async function factsOf(ctx: Context, { id, image, remoteUid }: AgentPlace): Promise<ContainerFacts> {
  const known = readFacts((image && (await recallImage(ctx, image.id))) ?? "");
  if (known.variant !== undefined && (known.canChangeUid || remoteUid !== 0)) return known;
  const answer = await askContainer(ctx, id);
  const facts = readFacts(answer);
  if (image?.isUntouched === true && facts.variant !== undefined) await rememberImage(ctx, image.id, answer);
  return facts;
}

/** The variant of the agent that a running container needs; undefined if there is none for its processor. */
export async function variantInside(ctx: Context, containerId: string): Promise<Variant | undefined> {
  return readFacts(await askContainer(ctx, containerId)).variant;
}

async function askContainer(ctx: Context, containerId: string): Promise<string> {
  const spec = { command: ["/bin/sh", "-c", question] as const, user: "0" };
  const { stdout } = await ctx.engine.exec(containerId, spec, { timeoutMs: 20_000, maxOutput: 4096 });
  return plain(stdout).trim();
}

function readFacts(answer: string): ContainerFacts {
  const [, machine = "", setpriv = "", libc = ""] = /^(\S+) (yes|no) ?(|-musl)$/.exec(answer) ?? [];
  const processor = processorOf(machine);
  const variant = processor === undefined ? undefined : (`linux-${processor}${libc}` as Variant);
  return { variant, canChangeUid: setpriv === "yes" };
}

/**
 * Ends the agent inside a container gracefully, under the lock for renewing the shared login. An agent that is signalled while it
 * renews the login waits only two seconds for the answer, and then every session is logged out. Call it before anything else in
 * the container is ended.
 * @returns ids of the processes that did not end by themselves
 */
export async function endAgent(
  ctx: Context,
  agent: Agent,
  containerId: string,
  options: { waitSeconds?: number } = {},
): Promise<string[]> {
  const container = await ctx.engine.findContainer(containerId);
  // `host` and `container:…`: the script would see processes that are not this container's.
  if (container?.state !== "running" || !["", "private"].includes(container.pidMode)) return [];
  const script = new TextDecoder().decode(await readAsset("templates/agent/bin/agent-drain"));
  const wait = options.waitSeconds ?? 30;
  const command = ["/bin/sh", "-c", script, ...drainWords(agent, wait, patienceSeconds)] as const;
  const limits = { timeoutMs: (wait + 20) * 1000, maxOutput: 64 * 1024, signal: ctx.signal };
  const answer = await ctx.engine.exec(containerId, { command, user: "0", workingDir: "/" }, limits);
  return plainLines(answer.stdout).filter((line) => /^\d+$/.test(line));
}

/** The words of `agent-drain`. @param only the process to end; absent: all of the agent's */
export function drainWords(
  agent: Agent,
  waitSeconds: number,
  patience: number,
  only?: { pid: string; startTicks: string },
): string[] {
  const { renewal } = agent.login;
  const lock = renewal.kind === "none" ? "" : `${inside.vault(agent)}/${renewal.lock}`;
  const words = ["agent-drain", ...processWords(agent), lock, String(waitSeconds), String(patience)];
  return only === undefined ? words : [...words, only.pid, only.startTicks];
}

/** What scripts in the container find the agent's processes by: the command's name, and how its command line must start. */
export function processWords({ id, stop }: Agent): [name: string, start: string] {
  return [stop.process, stop.installed === true ? `${inside.agents}/${id}/` : ""];
}
