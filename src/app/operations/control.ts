import { randomBytes } from "node:crypto";
import type { OperationRequest } from "../../contract/http/operation-request.ts";
import type { Operation } from "../../contract/http/operations.ts";
import { isAnswerTo, type Answer } from "../../contract/questions.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { jobFolder, jobId, requestEnd, writeAnswer } from "../../jobs/job-files.ts";
import { startJob } from "../../jobs/start-job.ts";
import type { Context } from "../../system/context.ts";
import { listOperations, operationMethod, readOperation } from "./files.ts";

/**
 * Starts long work in a process of its own, which goes on when this one ends. The same work for the same session that still runs is
 * joined, and so is one that was asked for with the same key, even if it has ended.
 * @param key chosen by the client, so that a request that is sent twice does its work once
 */
export async function startOperation(
  ctx: Context,
  request: OperationRequest,
  key: string | undefined,
): Promise<Operation> {
  const subject = key ?? randomBytes(16).toString("hex");
  const id = jobId(operationMethod, subject);
  const found = key === undefined ? await findRunning(ctx, request) : await readOperation(ctx, id);
  if (found !== undefined) return found;
  await startJob(ctx, { method: operationMethod, args: [request], subject }).catch((error: unknown) => {
    // Work that failed at once has said so in its files.
    if (error instanceof CoworkError && error.code !== "INTERRUPTED") return;
    throw error;
  });
  const made = await readOperation(ctx, id);
  if (made === undefined) throw new CoworkError("INTERNAL", "The operation that was started has no files.");
  return made;
}

async function findRunning(ctx: Context, { work }: OperationRequest): Promise<Operation | undefined> {
  if (!("session" in work) || work.session === undefined) return undefined;
  const { kind, session } = work;
  return (await listOperations(ctx)).find(
    (one) => one.kind === kind && one.sessions[0] === session && (one.state === "running" || one.state === "asking"),
  );
}

/**
 * Answers the question that an operation waits for.
 * @param given.question id of the question that was shown
 * @throws USAGE if it asks something else, or nothing, or cannot be answered so
 */
export async function answerOperation(
  ctx: Pick<Context, "paths">,
  { id, question }: Operation,
  given: { n: number; question: string; answer: Answer },
): Promise<void> {
  if (question === undefined || question.n !== given.n || question.question.id !== given.question)
    throw usageError("The operation does not ask that (any more).", "");
  if (!isAnswerTo(question.question, given.answer)) throw usageError("That cannot answer the question.", "");
  await writeAnswer(jobFolder(ctx, id), given.n, given.answer);
}

/** Asks the operation to end in an orderly way, like Ctrl-C. */
export async function cancelOperation(ctx: Pick<Context, "paths">, { id, state }: Operation): Promise<void> {
  if (state === "running" || state === "asking") await requestEnd(jobFolder(ctx, id));
}
