import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { operationRequest, type OperationRequest } from "../../contract/http/operation-request.ts";
import { operationResult, type Operation } from "../../contract/http/operations.ts";
import { parseJson } from "../../contract/common.ts";
import { isAlive, jobFolder, readAnswer, readLines, readResult } from "../../jobs/job-files.ts";
import type { JobLine, JobResult } from "../../contract/job.ts";
import { jobRequest } from "../../contract/job.ts";
import { jobLost } from "../../jobs/start-job.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile } from "../../system/files/files.ts";

// An operation is a job of this machine whose work is a use case. Its files are all that there is of it: any server reads them.

/** The method of its job. */
export const operationMethod = "operation";

const maxRequest = 1024 * 1024;
const maxEvents = 1_000;

type Reading = Pick<Context, "paths">;

/** Undefined: there is no such operation (any more). */
export async function readOperation(ctx: Reading, id: string): Promise<Operation | undefined> {
  const folder = jobFolder(ctx, id);
  const request = await readRequestIn(folder);
  if (request === undefined) return undefined;
  // In this order: a job writes its result before it ends, and its log before its result.
  const alive = await isAlive(ctx, id);
  const result = await readResult(folder);
  const { lines } = await readLines(folder);
  const { by, startedAt, work } = request;
  const head = { id, kind: work.kind, sessions: sessionsOf(work), by, startedAt, events: eventsOf(lines) };
  const project = "project" in work && work.project !== undefined ? { project: work.project } : {};
  if (result !== undefined) return { ...head, ...project, ...(await endOf(folder, result)) };
  if (!alive) return { ...head, ...project, state: "failed", error: jobLost(work.kind).toView() };
  const asked = lines.findLast((line) => "ask" in line);
  if (asked === undefined || (await readAnswer(folder, asked.ask)) !== undefined)
    return { ...head, ...project, state: "running" };
  return { ...head, ...project, state: "asking", question: { n: asked.ask, question: asked.question } };
}

/** Those that run, or ended in the last day; the newest first. */
export async function listOperations(ctx: Reading): Promise<Operation[]> {
  const ids = await readdir(ctx.paths.jobs).catch((): string[] => []);
  const all = await Promise.all(ids.filter(isOperationId).map(async (id) => await readOperation(ctx, id)));
  return all.flatMap((one) => one ?? []).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

export function isOperationId(id: string): boolean {
  return /^[0-9a-f]{16}$/.test(id);
}

/** Changes whenever something was written about the operation. */
export async function stampOfOperation(ctx: Reading, id: string): Promise<string> {
  const folder = jobFolder(ctx, id);
  const [log, result] = await Promise.all(
    ["log.jsonl", "result.json"].map(async (name) => await stat(join(folder, name)).catch(() => undefined)),
  );
  const answers = (await readdir(folder).catch((): string[] => [])).filter((name) => name.startsWith("answer-"));
  return `${log?.size ?? 0} ${result?.mtimeMs ?? 0} ${answers.length}`;
}

async function readRequestIn(folder: string): Promise<OperationRequest | undefined> {
  const text = await readTextFile(join(folder, "request.json"), { maxBytes: maxRequest }).catch(() => undefined);
  const job = jobRequest.safeParse(parseJson(text ?? ""));
  if (!job.success || job.data.method !== operationMethod) return undefined;
  const request = operationRequest.safeParse(job.data.args[0]);
  return request.success ? request.data : undefined;
}

function sessionsOf(work: OperationRequest["work"]): string[] {
  if (work.kind === "init") return work.names;
  if (work.kind === "merge") return work.sessions;
  if (work.kind !== "run") return [work.session];
  return [work.session ?? work.name ?? ""];
}

function eventsOf(lines: readonly JobLine[]): Operation["events"] {
  return lines.flatMap((line) => ("event" in line ? [line.event] : [])).slice(-maxEvents);
}

async function endOf(
  folder: string,
  result: JobResult,
): Promise<Pick<Operation, "state" | "endedAt" | "error" | "result">> {
  const endedAt = (await stat(join(folder, "result.json"))).mtime.toISOString();
  if ("error" in result) {
    const { detail: _detail, ...error } = result.error;
    return { state: "failed", endedAt, error };
  }
  const value = operationResult.safeParse(result.value);
  return { state: "done", endedAt, ...(value.success ? { result: value.data } : {}) };
}
