import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import {
  type AttachPlan,
  clientEnv,
  agentWindow,
  planAgentWindow,
  planAttach,
  planAttachAgent,
  planHas,
  planKeys,
  planKill,
  planLeaveAgent,
  planList,
  planPanes,
  planPaste,
  planWindows,
  tmuxConfig,
  tmuxServer,
  type TmuxServer,
} from "./tmux-plan.ts";

/** Is tmux installed on this host? */
export async function hasTmux(ctx: Context): Promise<boolean> {
  return (await tmux(ctx, ["-V"])) !== undefined;
}

/**
 * Creates or joins the tmux session on the caller's terminal and waits until this terminal leaves it: detached (the session
 * keeps running), or because the program in it has ended.
 * @param terminal the caller's streams; tmux gets their file descriptors
 * @returns tmux' exit code; undefined if tmux is not installed or the streams have no file descriptors: then the caller
 *   continues without tmux and reports that
 */
export async function attachTmux(ctx: Context, plan: AttachPlan, terminal: Terminal): Promise<number | undefined> {
  const stdio = descriptors(terminal);
  if (stdio === undefined || !(await hasTmux(ctx))) return undefined;
  const windows = await listWindows(ctx, plan.id);
  return await showTmux(ctx, planAttach(await configuredServer(ctx), plan, windows), { terminal, stdio });
}

/**
 * Shows the agent's window on the caller's terminal until this terminal leaves it or the agent has ended.
 * @returns tmux' exit code; undefined as for `attachTmux`
 */
export async function attachAgentWindow(ctx: Context, id: string, terminal: Terminal): Promise<number | undefined> {
  const stdio = descriptors(terminal);
  if (stdio === undefined) return undefined;
  return await showTmux(ctx, planAttachAgent(await configuredServer(ctx), id), { terminal, stdio });
}

async function configuredServer(ctx: Context): Promise<TmuxServer> {
  const server = serverOf(ctx);
  await ensureFolder(ctx.paths.lib);
  await writeFileAtomic(server.config, tmuxConfig(), { mode: 0o600 });
  return server;
}

async function showTmux(
  ctx: Context,
  args: readonly string[],
  { terminal, stdio }: { terminal: Terminal; stdio: number[] },
): Promise<number> {
  // Node would otherwise read keys that are meant for tmux.
  terminal.stdin.pause();
  const child = spawn("tmux", args, { stdio, env: clientEnv(ctx.env) });
  // SIGHUP detaches a tmux client
  const leave = (): void => void child.kill("SIGHUP");
  ctx.signal.addEventListener("abort", leave, { once: true });
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code ?? 1;
  } finally {
    ctx.signal.removeEventListener("abort", leave);
  }
}

/**
 * Starts the agent in a window of its own.
 * @param plan.shell what a further window (Ctrl-b c) runs
 * @returns false if the host has no tmux
 * @throws INTERNAL with tmux' reason if it refuses
 */
export async function openAgentWindow(
  ctx: Context,
  plan: AttachPlan & { shell: AttachPlan["command"] },
): Promise<boolean> {
  if (!(await hasTmux(ctx))) return false;
  const windows = await listWindows(ctx, plan.id);
  const made = await tmux(ctx, planAgentWindow(await configuredServer(ctx), plan, windows));
  if (made?.code === 0) return true;
  throw new CoworkError("INTERNAL", `tmux could not open a window: ${plain(made?.stderr ?? "").slice(0, 300)}`);
}

/** Does the agent have a window of its own? */
export async function hasAgentWindow(ctx: Context, id: string): Promise<boolean> {
  return (await listWindows(ctx, id)).includes(agentWindow);
}

/** Terminals that show the agent's window, which is about to close, leave the session: they do not change to its shell. */
export async function leaveAgentWindow(ctx: Context, id: string): Promise<void> {
  await tmux(ctx, planLeaveAgent(serverOf(ctx), id));
}

/** Keys and text for the agent in its window. */
export interface AgentPane {
  paste(text: string): Promise<void>;
  /** @param names as tmux has them, e.g. `Enter` */
  keys(...names: string[]): Promise<void>;
}

/** Undefined if the agent has no window. */
export async function findAgentPane(ctx: Context, id: string): Promise<AgentPane | undefined> {
  const listed = await tmux(ctx, planPanes(serverOf(ctx), id));
  const panes = (listed?.code === 0 ? listed.stdout : "").split("\n").filter((line) => /^%\d+$/.test(line));
  // A person can split the window: the agent's pane was there first.
  const [pane] = panes.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  if (pane === undefined) return undefined;
  const server = serverOf(ctx);
  return {
    paste: async (text) => void (await tmux(ctx, planPaste(server, pane), text)),
    keys: async (...names) => void (await tmux(ctx, planKeys(server, pane, names))),
  };
}

/** Names of the session's windows; empty without a session. */
async function listWindows(ctx: Context, id: string): Promise<string[]> {
  const listed = await tmux(ctx, planWindows(serverOf(ctx), id));
  return listed?.code === 0 ? listed.stdout.split("\n").filter((line) => line !== "") : [];
}

/** Streams of a terminal, as `process` has them, with their file descriptors. */
export interface Terminal {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

function descriptors({ stdin, stdout, stderr }: Terminal): number[] | undefined {
  const all = [stdin, stdout, stderr].map(descriptor).filter((fd) => fd !== undefined);
  return all.length < 3 ? undefined : all;
}

function descriptor(stream: Readable | Writable): number | undefined {
  const { fd } = stream as { fd?: unknown };
  return typeof fd === "number" && fd >= 0 ? fd : undefined;
}

/** Ends the session's tmux session and the programs in it. Does nothing if there is none, or tmux is not installed. */
export async function killTmuxSession(ctx: Context, id: string): Promise<void> {
  await tmux(ctx, planKill(serverOf(ctx), id));
}

/** Is something still running in the session's tmux session? */
export async function hasTmuxSession(ctx: Context, id: string): Promise<boolean> {
  return (await tmux(ctx, planHas(serverOf(ctx), id)))?.code === 0;
}

/** tmux names (`tmuxName(id)`) of this home's sessions and the number of terminals attached to each; empty without a server. */
export async function listTmuxSessions(ctx: Context): Promise<{ name: string; attached: number }[]> {
  const listed = await tmux(ctx, planList(serverOf(ctx)));
  if (listed?.code !== 0) return [];
  const lines = listed.stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => ({ attached: Number.parseInt(line, 10), name: line.slice(line.indexOf(" ") + 1) }));
}

function serverOf(ctx: Context): TmuxServer {
  return tmuxServer(ctx.paths, ctx.user.home);
}

/** @returns undefined if tmux is not installed */
async function tmux(
  ctx: Context,
  args: readonly string[],
  input?: string,
): Promise<{ code: number; stdout: string; stderr: string } | undefined> {
  const given = input === undefined ? {} : { input };
  try {
    return await ctx.run("tmux", args, { env: clientEnv(ctx.env), timeoutMs: 10_000, ...given });
  } catch (error) {
    if (error instanceof CoworkError && error.code === "PROGRAM_MISSING") return undefined;
    if (error instanceof CoworkError) ctx.log(`tmux ${plain(args.join(" "))}: ${error.message}`);
    throw error;
  }
}
