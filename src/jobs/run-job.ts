import type { JobAnswer, JobCall } from "../contract/job.ts";
import type { DomainEvent } from "../contract/events.ts";
import { isAnswerTo, type Question } from "../contract/questions.ts";
import type { Context } from "../system/context.ts";
import { readError } from "../system/error-data.ts";
import { withLock } from "../system/locks.ts";
import {
  isAlive,
  type JobLine,
  jobFolder,
  jobId,
  type LogPlace,
  prepareJob,
  readAnswer,
  readLines,
  readResult,
  requestEnd,
  writeAnswer,
} from "./job-files.ts";
import { jobLost, launchJob } from "./start-job.ts";

const lookMs = 50;
/** Longer than a job may take until it signals that it is alive, in ms. */
const restartMs = 40_000;

/** Receives what a job reports, and answers its questions. */
export interface JobListener {
  report(event: DomainEvent): Promise<void> | void;
  /** anything that is not a possible answer counts as no */
  ask(question: Question): Promise<unknown>;
}

/**
 * The client side of a job: starts the job, or joins it if it is running, passes on its reports and questions, and returns its
 * result. The context's signal ends the job, like Ctrl-C; if this process is killed, or its client disconnects, the job continues.
 */
export async function runJob(
  ctx: Context,
  listener: JobListener,
  options: JobCall,
  leave: AbortSignal,
): Promise<JobAnswer> {
  const { method, args } = options;
  const id = jobId(method, options.subject);
  const folder = jobFolder(ctx, id);
  const found = await withLock(ctx, `front-${id}`, {}, async () => {
    if (await isAlive(ctx, id)) return "joined";
    // A client that was disconnected needs the result of that run, not a second run.
    if (options.seen > 0 && (await readResult(folder)) !== undefined) return "joined";
    if (args === undefined) return "missing";
    await prepareJob(ctx, id, { method, args });
    await launchJob(ctx, { id, method }, leave);
    return "started";
  });
  ctx.log(`job ${id} (${method}): ${found}`);
  if (found === "missing") return { missing: true };
  const end = (): void => void requestEnd(folder).catch(() => undefined);
  // Ctrl-C may have been pressed while the job was starting.
  if (ctx.signal.aborted) end();
  ctx.signal.addEventListener("abort", end, { once: true });
  try {
    return { value: await follow(ctx, listener, { id, folder, seen: options.seen, method }, leave) };
  } finally {
    ctx.signal.removeEventListener("abort", end);
  }
}

interface Followed {
  id: string;
  folder: string;
  seen: number;
  method: string;
}

async function follow(
  ctx: Context,
  listener: JobListener,
  { id, folder, seen, method }: Followed,
  leave: AbortSignal,
): Promise<unknown> {
  let at: LogPlace | undefined;
  let count = 0;
  for (;;) {
    leave.throwIfAborted();
    // Checked before the log is read, so that the log is complete. A job writes its result before it ends.
    const alive = await isAlive(ctx, id);
    const result = await readResult(folder);
    const { lines, place } = await readLines(folder, at);
    at = place;
    for (const line of lines) {
      if ("ask" in line) await handOnQuestion(listener, folder, line);
      else if ((count += 1) > seen) await listener.report(line.event);
    }
    if (result !== undefined) {
      if ("value" in result) return result.value;
      throw readError(result.error);
    }
    if (!alive && !(await isRestarted(ctx, id))) throw jobLost(method);
    await ctx.clock.sleep(lookMs, leave);
  }
}

/** After the job ended, another client may restart the same work in the same folder: its result is just as good. */
async function isRestarted(ctx: Context, id: string): Promise<boolean> {
  return await withLock(ctx, `front-${id}`, { waitMs: restartMs }, async () => {
    return (await isAlive(ctx, id)) || (await readResult(jobFolder(ctx, id))) !== undefined;
  });
}

async function handOnQuestion(
  listener: JobListener,
  folder: string,
  line: Extract<JobLine, { ask: unknown }>,
): Promise<void> {
  if ((await readAnswer(folder, line.ask)) !== undefined) return;
  const answer = await listener.ask(line.question);
  await writeAnswer(folder, line.ask, isAnswerTo(line.question, answer) ? answer : false);
}
