import type { SessionHost } from "../../session/session-host.ts";
import type { Selector, SessionStatus, SessionView } from "../../session/types.ts";
import { unknownStatus } from "../../session/inspect/unknown-status.ts";
import { compareViews } from "../../session/inspect/view.ts";
import { prefetchFromEngine } from "./prefetch.ts";
import { withMarks } from "../merging/with-marks.ts";
import { findSessions, rootHere, type SessionWords } from "../find/find-sessions.ts";
import type { HostGroup } from "../hosts.ts";
import { askHosts, listOn, unreachable, type Answer } from "./ask-hosts.ts";
import type { Scope } from "../scope.ts";
import { selectSessions } from "../find/select-sessions.ts";

// Read only: takes no lock, so it never waits for other commands.

export interface SessionList {
  sessions: SessionView[];
  /** name of the sessions' project; absent: sessions of every project */
  project?: string;
  /** number of sessions that are left out because `stop --hide` hid them */
  hidden: number;
}

/**
 * Lists the sessions of this project; with `all`, or outside of a project, those of every project. Sessions of a host that does
 * not answer have the state `unreachable`.
 * @param wanted.hidden include those that `stop --hide` left out
 */
export async function listSessions(scope: Scope, wanted: { all: boolean; hidden?: boolean }): Promise<SessionList> {
  await prefetchFromEngine(scope);
  const selector = await selectSessions(scope, [], wanted.all || (await rootHere(scope)) === undefined);
  const every = withMarks(scope.ctx, inOrder(await askHosts(scope, selector, listOn, unreachable)));
  const sessions = wanted.hidden === true ? every : every.filter((one) => one.hidden !== true);
  return {
    sessions,
    hidden: every.length - sessions.length,
    ...(selector.project === undefined ? {} : { project: selector.project.name }),
  };
}

/** With what the last comparison found. @param wanted.brief only what can be read quickly */
export async function statusOfSessions(
  scope: Scope,
  wanted: SessionWords & { brief: boolean },
): Promise<SessionStatus[]> {
  const found = await findSessions(scope, wanted, { verb: "status", outside: "all" });
  const all = await Promise.all(found.map(async (one) => await statusThere(one.scope, one.selector, wanted.brief)));
  return withMarks(scope.ctx, all.flat());
}

async function statusThere(scope: Scope, selector: Selector, brief: boolean): Promise<SessionStatus[]> {
  const { precious } = await scope.settings();
  const options = { precious, ...(brief ? { brief } : {}) };
  const ask = async (part: SessionHost, group: HostGroup): Promise<SessionStatus[]> =>
    await part.status(group.selector, options);
  const unknown = { ...unknownStatus("its host does not answer"), login: "none" as const };
  return inOrder(await askHosts(scope, selector, ask, (...args) => ({ ...unreachable(...args), ...unknown })));
}

/** Merges the answers of several hosts into one sorted list. */
function inOrder<T extends SessionView>(answers: readonly Answer<T>[]): T[] {
  const all = answers.flatMap(({ views }) => views);
  return answers.length === 1 ? all : all.toSorted(compareViews);
}
