import { basename } from "node:path";
import { CoworkError, toCoworkError } from "../errors.ts";
import { createEvents, progressDraft } from "../events.ts";
import type { EventDraft } from "../contract/events.ts";
import { askedQuestion, type Answer, type Question } from "../contract/questions.ts";
import type { Context } from "../system/context.ts";
import { writeError } from "../system/error-data.ts";
import { withLock } from "../system/locks.ts";
import {
  appendLine,
  isEndRequested,
  jobLock,
  readAnswer,
  readRequest,
  writeResult,
  type JobRequest,
  type JobResult,
} from "./job-files.ts";

const lookMs = 100;
/** After this time without an answer, the answer is no. In ms. */
const patienceMs = 10 * 60_000;

/** The work of a job: reports and questions of `ctx` go to the client, and so does what `tell` is given. */
export type JobWork = (ctx: Context, request: JobRequest, tell: (event: EventDraft) => void) => Promise<unknown>;

/** Runs in the job's own process: does the work that the request describes, writes the log and the result. */
export async function runJobProcess(ctx: Context, folder: string, work: JobWork): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ctx.signal, ended.signal]);
  await withLock({ ...ctx, signal }, jobLock(basename(folder)), { waitMs: 10_000 }, async () => {
    const watch = setInterval(() => {
      void isEndRequested(folder).then((yes) => {
        if (yes) ended.abort(new CoworkError("INTERRUPTED", "Interrupted."));
      });
    }, lookMs);
    try {
      await writeResult(folder, await resultOf({ ...ctx, signal }, folder, work));
    } finally {
      clearInterval(watch);
    }
  });
}

async function resultOf(ctx: Context, folder: string, work: JobWork): Promise<JobResult> {
  let asked = 0;
  // Lines are written in the order of the events.
  let last: Promise<void> = Promise.resolve();
  const writeLine = (line: Parameters<typeof appendLine>[1]): Promise<void> =>
    (last = last.then(() => appendLine(folder, line)).catch((error: unknown) => ctx.log(`job: ${String(error)}`)));
  const ask = async (question: Question): Promise<Answer> => {
    const id = (asked += 1);
    await writeLine({ ask: id, question: askedQuestion(question) });
    const until = ctx.clock.now().getTime() + patienceMs;
    while (ctx.clock.now().getTime() < until) {
      const answer = await readAnswer(folder, id);
      if (answer !== undefined) return answer;
      await ctx.clock.sleep(lookMs, ctx.signal);
    }
    return question.kind === "choice" ? null : false;
  };
  const happened = createEvents({ host: "local", now: () => ctx.clock.now() }, (event) => void writeLine({ event }));
  const request = await readRequest(folder);
  try {
    const report: Context["report"] = (event) => happened(progressDraft(event));
    return { value: await work({ ...ctx, ask, report }, request, happened) };
  } catch (error) {
    const known = toCoworkError(error);
    ctx.log(`job: ${known.code}: ${known.message}\n${known.detail ?? known.stack ?? ""}`);
    return { error: writeError(known) };
  } finally {
    await last;
  }
}
