import type { Diff } from "../../clone/exchange/diff.ts";
import type { PullResult } from "../../clone/exchange/pull.ts";
import type { PushResult } from "../../clone/exchange/push.ts";
import { usageError } from "../../errors.ts";
import type { PullOptions, PushOptions, WorkPlace } from "../../session/exchange/exchange.ts";
import { hostOfOne } from "../hosts.ts";
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

export async function pullSession(scope: Scope, word: string | undefined, wanted: PullOptions): Promise<PullResult> {
  const place = await workPlace(scope, word, "pull");
  const { pullWork } = await import("../../session/exchange/exchange.ts");
  return await pullWork(scope.ctx, place, wanted);
}

export async function pushSession(
  scope: Scope,
  word: string | undefined,
  { ref, merge, rebase }: { ref: string | undefined; merge: boolean; rebase: boolean },
): Promise<PushResult> {
  if (merge && rebase) throw usageError("--merge and --rebase cannot be combined.", "cowork push <session> --merge");
  const options: PushOptions = {
    ...(ref === undefined ? {} : { ref }),
    ...(merge ? { integrate: "merge" } : rebase ? { integrate: "rebase" } : {}),
  };
  const place = await workPlace(scope, word, "push");
  const { pushWork } = await import("../../session/exchange/exchange.ts");
  return await pushWork(scope.ctx, place, options);
}

async function workPlace(scope: Scope, word: string | undefined, verb: string): Promise<WorkPlace> {
  const { scope: its, selector } = await findOneSession(scope, word, verb);
  return { selector, host: await hostOfOne(its, selector), source: (await its.project()).source };
}
