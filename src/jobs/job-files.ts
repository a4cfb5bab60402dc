import { createHash } from "node:crypto";
import { appendFile, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jobLine, type JobLine, jobRequest, type JobRequest, jobResult, type JobResult } from "../contract/job.ts";
import { answer as answerSchema, type Answer } from "../contract/questions.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, pathExists, writeFileAtomic } from "../system/files/files.ts";
import { isLocked } from "../system/locks.ts";
import { removeOld } from "../system/files/remove-old.ts";
import { removeTree } from "../system/files/tree.ts";

// A job is work that continues without a client: a separate process, and a folder with its request, its reports and its result.
// Client and job communicate through files only, so that either may exit and come back.

export type { JobLine, JobRequest, JobResult };

const keepMs = 24 * 3600_000;

/** Equal work has the same id: a second request for it joins the running job. */
export function jobId(method: string, subject: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([method, subject]))
    .digest("hex")
    .slice(0, 16);
}

export function jobFolder(ctx: Pick<Context, "paths">, id: string): string {
  return join(ctx.paths.jobs, id);
}

/** The job's process holds it as long as it lives. */
export function jobLock(id: string): string {
  return `job-${id}`;
}

export async function isAlive(ctx: Pick<Context, "paths">, id: string): Promise<boolean> {
  return await isLocked(ctx, jobLock(id));
}

/** Creates a folder with the request in it, and removes folders of earlier jobs that are older than a day. */
export async function prepareJob(ctx: Context, id: string, request: JobRequest): Promise<string> {
  await ensureFolder(ctx.paths.jobs, { mode: 0o700 });
  await removeOld(ctx, ctx.paths.jobs, keepMs, (old) => isAlive(ctx, old));
  const folder = jobFolder(ctx, id);
  await removeTree(folder);
  await ensureFolder(folder, { mode: 0o700 });
  await writeFileAtomic(join(folder, "request.json"), JSON.stringify(request), { mode: 0o600 });
  return folder;
}

export async function readRequest(folder: string): Promise<JobRequest> {
  return jobRequest.parse(JSON.parse(await readFile(join(folder, "request.json"), "utf8")));
}

export async function appendLine(folder: string, line: JobLine): Promise<void> {
  await appendFile(join(folder, "log.jsonl"), `${JSON.stringify(line)}\n`, { mode: 0o600 });
}

/** A position in a job's log. A restarted job has a new log. */
export interface LogPlace {
  log: string;
  next: number;
}

/** Reads whole lines from a position on, and returns the next position; if the position belongs to another log, reads all lines. */
export async function readLines(
  folder: string,
  at?: LogPlace,
): Promise<{ lines: JobLine[]; place: LogPlace | undefined }> {
  const file = await open(join(folder, "log.jsonl")).catch(() => undefined);
  if (file === undefined) return { lines: [], place: at };
  try {
    const { size, ino, birthtimeMs } = await file.stat();
    const log = `${ino} ${birthtimeMs}`;
    const from = at?.log === log ? at.next : 0;
    const buffer = Buffer.alloc(Math.max(0, size - from));
    await file.read(buffer, 0, buffer.length, from);
    const end = buffer.lastIndexOf(10) + 1;
    const text = buffer.subarray(0, end).toString("utf8");
    const lines = text.split("\n").filter((line) => line !== "");
    return { lines: lines.map((line) => jobLine.parse(JSON.parse(line))), place: { log, next: from + end } };
  } finally {
    await file.close();
  }
}

export async function writeResult(folder: string, result: JobResult): Promise<void> {
  await writeFileAtomic(join(folder, "result.json"), JSON.stringify(result), { mode: 0o600 });
}

export async function readResult(folder: string): Promise<JobResult | undefined> {
  const text = await readFile(join(folder, "result.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : jobResult.parse(JSON.parse(text));
}

/** Asks the job to end gracefully, like Ctrl-C. */
export async function requestEnd(folder: string): Promise<void> {
  await writeFile(join(folder, "end"), "");
}

export async function isEndRequested(folder: string): Promise<boolean> {
  return await pathExists(join(folder, "end"));
}

/** Yes and no are words, which a job of an older cowork can read too; anything else is JSON. */
export async function writeAnswer(folder: string, ask: number, answer: Answer): Promise<void> {
  const text = typeof answer === "boolean" ? (answer ? "yes" : "no") : JSON.stringify(answer);
  await writeFileAtomic(join(folder, `answer-${ask}`), text, { mode: 0o600 });
}

export async function readAnswer(folder: string, ask: number): Promise<Answer | undefined> {
  const text = await readFile(join(folder, `answer-${ask}`), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return text === "yes" || text === "no" ? text === "yes" : answerSchema.parse(JSON.parse(text));
}
