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
  planAttach,
  planHas,
  planKill,
  planList,
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
  const stdio = [terminal.stdin, terminal.stdout, terminal.stderr].map(descriptor).filter((fd) => fd !== undefined);
  if (stdio.length < 3 || !(await hasTmux(ctx))) return undefined;
  const server = serverOf(ctx);
  await ensureFolder(ctx.paths.lib);
  await writeFileAtomic(server.config, tmuxConfig(), { mode: 0o600 });
  // Node would otherwise read keys that are meant for tmux.
  terminal.stdin.pause();
  const child = spawn("tmux", planAttach(server, plan), { stdio, env: clientEnv(ctx.env) });
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

/** Streams of a terminal, as `process` has them, with their file descriptors. */
export interface Terminal {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
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
async function tmux(ctx: Context, args: readonly string[]): Promise<{ code: number; stdout: string } | undefined> {
  try {
    return await ctx.run("tmux", args, { env: clientEnv(ctx.env), timeoutMs: 10_000 });
  } catch (error) {
    if (error instanceof CoworkError && error.code === "PROGRAM_MISSING") return undefined;
    if (error instanceof CoworkError) ctx.log(`tmux ${plain(args.join(" "))}: ${error.message}`);
    throw error;
  }
}
