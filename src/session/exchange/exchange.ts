import { pullSession, type PullResult, type PullSpec } from "../../clone/exchange/pull.ts";
import { pullChanges, type ChangesResult } from "../../clone/exchange/pull-changes.ts";
import { pushSession, type PushResult, type PushSpec } from "../../clone/exchange/push.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import type { SessionHost, OneSession, OpenClone } from "../session-host.ts";
import { withGitHint } from "./git-hint.ts";

// The client's part of pull and push: the project is on this machine, the session may be on another host.

export type PullOptions = Omit<PullSpec, "session" | "startBranch" | "identity">;
export type PushOptions = Pick<PushSpec, "ref" | "integrate" | "keepConflicts">;

/** Where the work comes from or goes to. */
export interface WorkPlace {
  host: Pick<SessionHost, "openClone">;
  selector: OneSession;
  source: Source;
}

/** Brings a session's work into the project. See `clone/exchange/pull.ts`. */
export async function pullWork(ctx: Context, place: WorkPlace, options: PullOptions): Promise<PullResult> {
  return await withClone(place, async ({ inside, name, start, identity }) =>
    pullSession(ctx, inside, place.source, { ...options, session: name, startBranch: start.branch, identity }),
  );
}

/**
 * Brings a session's work into a working tree of the project, as uncommitted changes. See `clone/exchange/pull-changes.ts`.
 * @param worktree the working tree's folder
 */
export async function applyChanges(ctx: Context, place: WorkPlace, worktree: string): Promise<ChangesResult> {
  const target = { source: place.source, worktree };
  return await withClone(place, async ({ inside, name, identity }) =>
    pullChanges(ctx, inside, target, { session: name, identity }),
  );
}

/** Sends the project's commits into a session. See `clone/exchange/push.ts`. */
export async function pushWork(ctx: Context, place: WorkPlace, options: PushOptions): Promise<PushResult> {
  return await withClone(place, async ({ inside, name, start, identity }) =>
    pushSession(ctx, inside, place.source, { ...options, session: name, start, identity }),
  );
}

async function withClone<T>({ host, selector }: WorkPlace, work: (clone: OpenClone) => Promise<T>): Promise<T> {
  const clone = await host.openClone(selector);
  try {
    return await withGitHint(clone, () => work(clone));
  } finally {
    await clone.close();
  }
}
