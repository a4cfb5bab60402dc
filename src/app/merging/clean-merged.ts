import { readDuration } from "../../config/values.ts";
import type { MergedWork } from "../../contract/merging/conflicts.ts";
import { usageError } from "../../errors.ts";
import { keyOf } from "../../merging/parties.ts";
import type { CleanOutcome } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { findSessions, type Found } from "../find/find-sessions.ts";
import { clean, cleanSessions, type Cleaned, type CleanRequest } from "../sessions/clean.ts";
import { listByHost } from "../sessions/ask-hosts.ts";
import { emitNote } from "../sessions/outcomes.ts";
import type { Scope } from "../scope.ts";
import { deletePulled } from "./delete-branch.ts";
import { lookAtProject } from "./look.ts";

export interface CleanMergedRequest extends CleanRequest {
  /** only sessions whose work is in the project's branch */
  merged?: boolean;
  /** a duration: only if they were found to be merged so long ago */
  olderThan?: string | undefined;
  /** also delete the branches that `pull` made of the sessions, if they are merged */
  deleteBranch?: boolean;
}

/** Removes sessions: those that are merged if the request says so, otherwise as `clean`. */
export async function cleanAny(scope: Scope, request: CleanMergedRequest): Promise<Cleaned> {
  const isAboutMerged = request.merged === true || request.olderThan !== undefined || request.deleteBranch === true;
  return isAboutMerged ? await cleanMerged(scope, request) : await clean(scope, request);
}

/**
 * `clean --merged` and `clean --delete-branch`: removes sessions whose work is in the project's branch, though perhaps as other commits,
 * and branches that `pull` made. Work that is not in it is never removed without `--force`.
 * @throws USAGE, NOT_A_PROJECT, SESSION_NOT_FOUND, GIT_FAILED
 */
async function cleanMerged(scope: Scope, request: CleanMergedRequest): Promise<Cleaned> {
  const { words, merged = false, olderThan, deleteBranch = false, force, dryRun, purge } = request;
  const minAge = readAge(olderThan, merged);
  if (!merged && words.length === 0)
    throw usageError("--delete-branch needs names of sessions, or --merged.", "cowork clean a --delete-branch");
  if (request.all && merged) throw usageError("--merged is for one project at a time.", "cowork clean --merged");
  const found = await findSessions(scope, { words, all: false }, { verb: "clean" });
  const outcomes: CleanOutcome[] = [];
  for (const one of found) {
    const branches = deleteBranch ? await pulledBranches(one) : new Map<string, string[]>();
    const work = merged ? await mergedWork(one, minAge) : undefined;
    const names = work === undefined ? one.selector.names : Object.keys(work);
    if (names?.length === 0) continue;
    const selector = { ...one.selector, ...(names === undefined ? {} : { names }) };
    const wanted = { force, dryRun, purge, ...(work === undefined ? {} : { merged: work }) };
    const cleaned = await cleanSessions(one.scope, selector, wanted);
    for (const outcome of cleaned)
      if (outcome.ok && deleteBranch) {
        const its = branches.get(outcome.name) ?? [outcome.name];
        const project = await one.scope.project();
        const done = await deletePulled(scope.ctx, project, { session: outcome.name, branches: its }, { dryRun });
        outcome.notes.push(...done);
      }
    outcomes.push(...cleaned);
  }
  return { sessions: outcomes, images: [] };
}

function readAge(olderThan: string | undefined, merged: boolean): number {
  if (olderThan === undefined) return 0;
  if (!merged)
    throw usageError("--older-than needs --merged.", `cowork clean --merged --older-than ${plain(olderThan)}`);
  const age = readDuration(olderThan);
  if (age !== undefined) return age;
  throw usageError(`--older-than ${plain(olderThan)} is not a time.`, "cowork clean --merged --older-than 7d");
}

/** The sessions whose work is merged, long enough ago, by name. Says of the others that were named why they are kept. */
async function mergedWork({ scope, selector }: Found, minAge: number): Promise<Record<string, MergedWork>> {
  const { names } = selector;
  const look = await lookAtProject(scope, { pairs: false, since: true, ...(names && { names, only: names }) });
  const now = scope.ctx.clock.now().getTime();
  const found: Record<string, MergedWork> = {};
  for (const session of look.sessions) {
    const { name, merged, commit, head, reason } = session;
    if (names !== undefined && !names.includes(name)) continue;
    const at = look.mergedAt.get(keyOf(session));
    const isOld = minAge === 0 || (at !== undefined && now - Date.parse(at) >= minAge);
    if (merged?.state === "merged" && commit !== undefined && head !== undefined && isOld)
      found[name] = { tip: commit, head };
    else if (names !== undefined || merged?.state === "reverted" || reason !== undefined)
      emitNote(scope, `${plain(name)} is kept: ${whyKept(merged?.state, reason, isOld)}`);
  }
  return found;
}

function whyKept(state: string | undefined, reason: string | undefined, isOld: boolean): string {
  if (reason !== undefined) return `it could not be judged: ${plain(reason)}`;
  if (state === "merged" && !isOld) return "it was merged later than that";
  if (state === "reverted") return "its work was merged and later taken back or replaced";
  if (state === "nothing") return "it has no work of its own";
  return state === "adds nothing" ? "its commits cancel each other out" : "its work is not merged";
}

/** The branches that a pull of each session creates: of its name, and what it has checked out. */
async function pulledBranches({ scope, selector }: Found): Promise<Map<string, string[]>> {
  const hosts = await listByHost(scope, selector);
  const views = hosts.flatMap((host) => host.views);
  return new Map(views.map(({ name, branch }) => [name, [name, ...(branch === null ? [] : [branch])]]));
}
