import type { Diff } from "../../clone/exchange/diff.ts";
import type { ChangesResult } from "../../clone/exchange/pull-changes.ts";
import type { PullResult } from "../../clone/exchange/pull.ts";
import type { PushResult } from "../../clone/exchange/push.ts";
import { toCoworkError, usageError } from "../../errors.ts";
import type { PullOptions, PushOptions, WorkPlace } from "../../session/exchange/exchange.ts";
import type { OneSession } from "../../session/session-host.ts";
import type { Found } from "../find/find-sessions.ts";
import { keyOf } from "../../merging/parties.ts";
import { sessionId } from "../../session/record/names.ts";
import { groupByHost, hostOfOne } from "../hosts.ts";
import { findOneSession } from "../find/one-session.ts";
import type { Scope } from "../scope.ts";

// Work between one session and its project. `findOneSession` chooses the session if none is named.

/** The session's changes since it was created, as text that is safe to show. Takes no lock. */
export async function diffSession(
  scope: Scope,
  word: string | undefined,
  wanted: { stat: boolean; paths: string[]; columns: number },
): Promise<Diff> {
  const { scope: its, selector } = await findOneSession(scope, word, "diff");
  return await (await hostOfOne(its, selector)).diff(selector, wanted);
}

/**
 * Copies a session's commits to the project; with `wait` once its run has ended.
 * @param wait.onWaiting called once, with the session's name, if it has to wait
 * @throws RUN_FAILED if the run failed or was stopped: then nothing is copied
 */
export async function pullSession(
  scope: Scope,
  word: string | undefined,
  wanted: PullOptions,
  wait?: { onWaiting: (name: string) => void },
): Promise<PullResult> {
  const found = await findOneSession(scope, word, "pull");
  if (wait !== undefined) await waitForRun(scope, found, wait.onWaiting);
  const place = await workPlace(found);
  const { pullWork } = await import("../../session/exchange/exchange.ts");
  const result = await pullWork(scope.ctx, place, wanted);
  await notePulled(found, wanted.uncommitted === true);
  return result;
}

/** For `list`. If it cannot be noted, the next look finds it out. */
async function notePulled({ scope, selector }: Found<OneSession>, files: boolean): Promise<void> {
  const { ctx } = scope;
  try {
    const [[group], { facts }] = [await groupByHost(scope, selector), await scope.project()];
    const key = keyOf({ id: sessionId(facts.name, selector.names[0]), host: group?.host ?? "local" });
    const { markPulled } = await import("../../merging/cache/mark-pulled.ts");
    await markPulled(ctx, facts, { key, files });
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`after the pull: ${toCoworkError(error).message}`);
  }
}

/**
 * Brings a session's work into the current working tree of its project, as uncommitted changes; with `wait` once its run has ended.
 * @throws FILES_IN_THE_WAY, CONFLICT with nothing changed; RUN_FAILED as `pullSession`
 */
export async function applySession(
  scope: Scope,
  word: string | undefined,
  wait?: { onWaiting: (name: string) => void },
): Promise<ChangesResult> {
  const found = await findOneSession(scope, word, "pull");
  if (wait !== undefined) await waitForRun(scope, found, wait.onWaiting);
  const [place, { worktree }] = [await workPlace(found), await found.scope.project()];
  const { applyChanges } = await import("../../session/exchange/exchange.ts");
  return await applyChanges(scope.ctx, place, worktree);
}

export async function pushSession(
  scope: Scope,
  word: string | undefined,
  {
    ref,
    merge,
    rebase,
    keepConflicts,
  }: { ref: string | undefined; merge: boolean; rebase: boolean; keepConflicts: boolean },
): Promise<PushResult> {
  if (keepConflicts && !merge && !rebase)
    throw usageError("--keep-conflicts needs --merge or --rebase.", "cowork push <session> --merge --keep-conflicts");
  if (merge && rebase) throw usageError("--merge and --rebase cannot be combined.", "cowork push <session> --merge");
  const options: PushOptions = {
    ...(ref === undefined ? {} : { ref }),
    ...(merge ? { integrate: "merge" } : rebase ? { integrate: "rebase" } : {}),
    keepConflicts,
  };
  const place = await workPlace(await findOneSession(scope, word, "push"));
  const { pushWork } = await import("../../session/exchange/exchange.ts");
  return await pushWork(scope.ctx, place, options);
}

async function workPlace({ scope, selector }: Found<OneSession>): Promise<WorkPlace> {
  return { selector, host: await hostOfOne(scope, selector), source: (await scope.project()).source };
}

async function waitForRun(scope: Scope, found: Found<OneSession>, onWaiting: (name: string) => void): Promise<void> {
  const { waitForFound } = await import("../work/wait.ts");
  const wanted = { goal: "done", any: false, timeoutMs: undefined } as const;
  const { error } = await waitForFound(scope.ctx, [found], wanted, ([name = ""]) => onWaiting(name));
  if (error !== undefined) throw error;
}
