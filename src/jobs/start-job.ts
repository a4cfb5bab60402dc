import { spawn } from "node:child_process";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { readError } from "../system/error-data.ts";
import { withLock } from "../system/locks.ts";
import { isAlive, jobFolder, jobId, prepareJob, readResult } from "./job-files.ts";

const lookMs = 50;
/** How long a started job may take until it signals that it is alive, in ms. */
const startMs = 20_000;

/** Work for a process of its own: a call of the session host. Equal subjects are the same job. */
export interface JobStart {
  method: string;
  args: unknown[];
  subject: unknown;
}

/**
 * Starts a job that no one joins, and returns when its process is alive or has already ended. Does nothing if it is running. The
 * process survives this one, the terminal and the connection.
 * @throws INTERRUPTED if it did not start, and the job's own error if it failed at once
 */
export async function startJob(ctx: Context, { method, args, subject }: JobStart): Promise<void> {
  const id = jobId(method, subject);
  await withLock(ctx, `front-${id}`, { waitMs: 2 * startMs }, async () => {
    if (await isAlive(ctx, id)) return;
    await prepareJob(ctx, id, { method, args });
    await launchJob(ctx, { id, method }, ctx.signal);
  });
  const result = await readResult(jobFolder(ctx, id));
  if (result !== undefined && "error" in result) throw readError(result.error);
}

/**
 * Starts the process of a prepared job, and waits until it is alive or has written its result.
 * @throws INTERRUPTED
 */
export async function launchJob(
  ctx: Context,
  { id, method }: { id: string; method: string },
  leave: AbortSignal,
): Promise<void> {
  const folder = jobFolder(ctx, id);
  spawnJob(ctx, folder, method === "runSupervise" ? "supervise" : "job");
  const at = ctx.clock.now().getTime();
  while (!(await isAlive(ctx, id)) && (await readResult(folder)) === undefined) {
    if (ctx.clock.now().getTime() - at > startMs) throw jobLost(method);
    await ctx.clock.sleep(lookMs, leave);
  }
}

/** In a new session of the operating system, so that it survives the end of the connection. */
function spawnJob(ctx: Context, folder: string, mode: "job" | "supervise"): void {
  const [program, ...args] = ctx.self;
  const child = spawn(program, [...args, "__host", mode, folder], {
    cwd: ctx.paths.home,
    env: { ...ctx.env },
    detached: true,
    stdio: "ignore",
  });
  child.on("error", (error) => ctx.log(`job: ${String(error)}`));
  child.unref();
}

export function jobLost(method: string): CoworkError {
  return new CoworkError("INTERRUPTED", `The ${method} on the host ended without a result.`, {
    hint: "run the same command again: it continues where it stopped",
  });
}
