import { basename } from "node:path";
import { hostCalls } from "../../contract/rpc.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Question } from "../../events.ts";
import type { HostPart } from "../../session/host-part.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import {
  appendLine,
  isEndRequested,
  jobLock,
  readAnswer,
  readRequest,
  writeResult,
  type JobResult,
} from "./job-files.ts";
import { writeError } from "../seam/errors.ts";
import { dropCarried } from "./carried.ts";
import { callHost } from "./plain-calls.ts";

const lookMs = 100;
/** Nobody is there to be asked: after so long it is a no. */
const patienceMs = 10 * 60_000;

/** The job's own process: does what the request says, tells its log, leaves the result. */
export async function runJobProcess(ctx: Context, folder: string, makeHost: (ctx: Context) => HostPart): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ctx.signal, ended.signal]);
  await withLock({ ...ctx, signal }, jobLock(basename(folder)), { waitMs: 10_000 }, async () => {
    const watch = setInterval(() => {
      void isEndRequested(folder).then((yes) => {
        if (yes) ended.abort(new CoworkError("INTERRUPTED", "Interrupted."));
      });
    }, lookMs);
    try {
      await writeResult(folder, await work({ ...ctx, signal }, folder, makeHost));
    } finally {
      clearInterval(watch);
    }
  });
}

async function work(ctx: Context, folder: string, makeHost: (ctx: Context) => HostPart): Promise<JobResult> {
  let asked = 0;
  // Lines follow each other in the order of what happened.
  let last: Promise<void> = Promise.resolve();
  const tell = (line: Parameters<typeof appendLine>[1]): Promise<void> =>
    (last = last.then(() => appendLine(folder, line)).catch((error: unknown) => ctx.log(`job: ${String(error)}`)));
  const ask = async (question: Question): Promise<boolean> => {
    const id = (asked += 1);
    await tell({ ask: id, question });
    const until = ctx.clock.now().getTime() + patienceMs;
    while (ctx.clock.now().getTime() < until) {
      const answer = await readAnswer(folder, id);
      if (answer !== undefined) return answer;
      await ctx.clock.sleep(lookMs, ctx.signal);
    }
    return false;
  };
  const host = makeHost({ ...ctx, ask, report: (event) => void tell({ event }) });
  const { method, args } = await readRequest(folder);
  try {
    return { value: await callHost(host, method, args) };
  } catch (error) {
    const known = toCoworkError(error);
    ctx.log(`job: ${known.code}: ${known.message}\n${known.detail ?? known.stack ?? ""}`);
    return { error: writeError(known) };
  } finally {
    const request = hostCalls.init.input.safeParse(args);
    if (request.success) await dropCarried(ctx, request.data[0].carry.root).catch(() => undefined);
    await last;
  }
}
