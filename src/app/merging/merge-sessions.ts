import { mergeView, type MergeRequest, type MergeView } from "../../contract/merging/merge.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { progressOf } from "../../events.ts";
import { ownCommand } from "../../hint.ts";
import { isAlive, jobFolder, readRequest } from "../../jobs/job-files.ts";
import { runJob } from "../../jobs/run-job.ts";
import { readMerge } from "../../merging/queue/state-file.ts";
import type { Project } from "../../project/types.ts";
import { plain } from "../../system/text.ts";
import { findSession } from "../find/find-sessions.ts";
import type { Scope } from "../scope.ts";
import { mergeKey, mergeSubject, mergeTarget } from "./merge-key.ts";

/** The options of `merge`. */
export interface MergeOptions extends Omit<MergeRequest, "folder" | "onlyHost" | "into" | "test"> {
  /** absent: the branch that is checked out */
  into: string | undefined;
  /** absent: the setting TEST */
  test: string | undefined;
}

/**
 * Merges sessions into a branch of the project, in a process of its own: this one only shows it. If the same merge runs already,
 * joins it.
 * @param leave when it fires, this process stops showing it, and the merge goes on
 * @throws USAGE, WORK_UNCOMMITTED, BUSY if another merge into that branch runs, TRUST_REQUIRED for TEST of a tracked file
 */
export async function mergeSessions(scope: Scope, options: MergeOptions, leave: AbortSignal): Promise<MergeView> {
  if (options.sessions.length === 0)
    throw usageError("Name the sessions to merge.", "cowork merge <session> <session> --test 'npm test'");
  const project = await scope.project();
  await checkSessions(scope, project, options.sessions);
  const into = await mergeTarget(scope.ctx, project, options.into);
  const { settings } = await scope.resolve({ askTrust: true, flags: { TEST: options.test } });
  const { test: _, ...rest } = options;
  const request: MergeRequest = {
    ...rest,
    folder: scope.folder,
    ...(scope.onlyHost === undefined ? {} : { onlyHost: scope.onlyHost }),
    into,
    ...withTest(settings.test),
  };
  await refuseOther(scope, mergeKey(project, into), request);
  const { ctx } = scope;
  const answer = await runJob(
    ctx,
    {
      report: (event) => {
        if (event.type === "progress") ctx.report(progressOf(event));
      },
      ask: async (question) => await ctx.ask(question),
    },
    { method: "merge", args: [request], subject: mergeSubject(project, into), seen: 0 },
    leave,
  );
  return mergeView.parse("value" in answer ? answer.value : undefined);
}

function withTest(test: string | undefined): { test?: string } {
  return test === undefined ? {} : { test };
}

/** Each exists and belongs to this project; twice the same is a mistake. */
async function checkSessions(scope: Scope, project: Project, words: readonly string[]): Promise<void> {
  const seen = new Set<string>();
  for (const word of words) {
    const { selector } = await findSession(scope, word, "merge");
    const [name] = selector.names;
    if (selector.project?.root !== project.facts.root)
      throw usageError(`Session ${plain(word)} belongs to another project.`, "cowork list");
    if (seen.has(name)) throw usageError(`Session ${plain(name)} is named twice.`, "cowork merge <session> <session>");
    seen.add(name);
  }
}

async function refuseOther(scope: Scope, key: string, request: MergeRequest): Promise<void> {
  if (!(await isAlive(scope.ctx, key))) return;
  const running = await readRequest(jobFolder(scope.ctx, key)).catch(() => undefined);
  if (running === undefined || JSON.stringify(running.args) === JSON.stringify([request])) return;
  throw new CoworkError("BUSY", `Another merge into ${plain(request.into)} is running.`, {
    hint: [ownCommand("merge", "--status")],
  });
}

/** The newest merge into that branch; `interrupted` if its process is gone. Undefined: there was none. */
export async function mergeStatus(scope: Scope, into: string | undefined): Promise<MergeView | undefined> {
  const project = await scope.project();
  const key = mergeKey(project, await mergeTarget(scope.ctx, project, into));
  const isRunning = await isAlive(scope.ctx, key);
  const view = readMerge(scope.ctx, key)?.view;
  return view?.state === "running" && !isRunning ? { ...view, state: "interrupted" } : view;
}
