import type { ConflictPair, JudgedSession, MergingEvent } from "../../contract/merging/conflicts.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { lookAtSessions, type LookResult } from "../../merging/look.ts";
import { keyOf, type Clone } from "../../merging/parties.ts";
import type { SessionView } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { askHosts, unreachable } from "../sessions/ask-hosts.ts";
import { emitNote } from "../sessions/outcomes.ts";
import { selectSessions } from "../find/select-sessions.ts";
import { projectTarget } from "./project-target.ts";

export interface LookWanted {
  /** compare pairs; otherwise only find out what is merged */
  pairs: boolean;
  /** names of sessions that are wanted, with all their pairs; undefined: all */
  names?: readonly string[];
  /** look only at these sessions: the others are as they were last seen */
  only?: readonly string[];
  /** also find out when sessions that are merged were first found to be */
  since?: boolean;
  /** sessions that did nothing since the last look, by `{host}/{id}` */
  still?: ReadonlySet<string>;
}

export interface ProjectLook {
  /** the project's branch */
  branch: string;
  sessions: JudgedSession[];
  pairs: ConflictPair[];
  /** when each session's work was first found to be merged, by `{host}/{id}` */
  mergedAt: Map<string, string>;
}

/**
 * Looks at all sessions of the scope's project on all hosts, running or stopped, and compares them. What is new becomes events of the
 * sessions. A session that is being created is left out.
 * @throws NOT_A_PROJECT, PROJECT_EMPTY, GIT_FAILED; ENGINE_UNREACHABLE if the only host does not answer
 */
export async function lookAtProject(scope: Scope, wanted: LookWanted): Promise<ProjectLook> {
  const [project, selector] = [await scope.project(), await selectSessions(scope, [], false)];
  const target = await projectTarget(scope.ctx, project);
  if (target === undefined) {
    const message = `${plain(project.facts.name)} has no branch to compare sessions with.`;
    throw new CoworkError("REF_NOT_FOUND", message, { hint: "make a branch: `git switch -c main`" });
  }
  const answers = await askHosts(scope, selector, async (part, group) => await part.list(group.selector), unreachable);
  const views = answers.flatMap((answer) => answer.views.map((view) => ({ ...view, host: answer.host })));
  const there = views.filter(({ state }) => state !== "creating");
  const meant = wanted.names;
  const ask = wanted.only && keysOf(there, wanted.only);
  const only = meant && keysOf(there, meant);
  const { sessions, pairs, news, changed, note } = await lookAtSessions(scope.ctx, {
    project: { name: project.facts.name, root: project.facts.root },
    source: project.source,
    target,
    clones: there.map((view) => cloneOf(scope, view)),
    pairs: wanted.pairs,
    atOnce: (await scope.settings()).concurrency,
    ...(only === undefined ? {} : { only }),
    ...(ask === undefined ? {} : { ask }),
    ...(wanted.still === undefined ? {} : { still: wanted.still }),
  });
  if (note !== undefined) emitNote(scope, plain(note));
  const events = wanted.since === true ? withMerged(sessions, news) : news;
  const mergedAt = await noteAll(scope, there, { sessions, events, changed });
  return { branch: target.branch, sessions, pairs, mergedAt };
}

function keysOf(views: readonly SessionView[], names: readonly string[]): Set<string> {
  return new Set(views.filter(({ name }) => names.includes(name)).map(keyOf));
}

/** The journals know since when each session is merged. */
function withMerged(
  sessions: readonly JudgedSession[],
  news: ReadonlyMap<string, MergingEvent[]>,
): Map<string, MergingEvent[]> {
  const all = new Map(news);
  for (const session of sessions) {
    const { merged, commit } = session;
    const events = all.get(keyOf(session)) ?? [];
    if (merged?.state !== "merged" || commit === undefined || events.some(({ type }) => type === "session.merged"))
      continue;
    all.set(keyOf(session), [...events, { type: "session.merged", with: `project/${merged.into}`, commit }]);
  }
  return all;
}

function cloneOf(scope: Scope, view: SessionView): Clone {
  const { id, name, host, state, error, createdAt } = view;
  return {
    id,
    name,
    host,
    running: state === "running",
    createdAt,
    open: async () => {
      if (state === "unreachable")
        throw new CoworkError("HOST_UNREACHABLE", error?.message ?? "its host does not answer");
      const part = await openHost(scope, host);
      return await part.readClone({ project: await ownProject(scope), names: [name] });
    },
  };
}

async function ownProject(scope: Scope): Promise<{ name: string; root: string; rootCommit: string }> {
  const { name, root, rootCommit } = (await scope.project()).facts;
  return { name, root, rootCommit };
}

interface Noted {
  sessions: readonly JudgedSession[];
  events: ReadonlyMap<string, MergingEvent[]>;
  changed: LookResult["changed"];
}

/** Writes events into the journals and what sessions have changed into the claims, on the sessions' hosts. What cannot be written is not worth more than a line of the log. */
async function noteAll(
  scope: Scope,
  views: readonly SessionView[],
  { sessions, events: news, changed }: Noted,
): Promise<Map<string, string>> {
  const mergedAt = new Map<string, string>();
  const project = await ownProject(scope);
  await Promise.all(
    sessions.map(async (session) => {
      const key = keyOf(session);
      const events = [...(news.get(key) ?? [])];
      const paths = changed.get(key);
      const view = views.find((one) => keyOf(one) === key);
      if ((events.length === 0 && paths === undefined) || view === undefined) return;
      try {
        const part = await openHost(scope, view.host);
        if (paths !== undefined) await part.noteChanged({ project, names: [view.name] }, paths);
        if (events.length === 0) return;
        const { mergedAt: at } = await part.noteMerging({ project, names: [view.name] }, events);
        if (at !== undefined) mergedAt.set(key, at);
      } catch (error) {
        scope.ctx.signal.throwIfAborted();
        scope.ctx.log(`${key}: events not written: ${toCoworkError(error).message}`);
      }
    }),
  );
  return mergedAt;
}
