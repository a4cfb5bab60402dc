import type { Question } from "../../contract/questions.ts";
import { toCoworkError, usageError } from "../../errors.ts";
import type { Project } from "../../project/types.ts";
import type { CleanOptions, CleanOutcome, SessionHost } from "../../session/session-host.ts";
import { sessionId } from "../../session/record/names.ts";
import type { Selector, SessionView } from "../../session/types.ts";
import { uninterruptible } from "../../system/uninterruptible.ts";
import { findSessions, type Found, type SessionWords } from "../find/find-sessions.ts";
import { groupByHost, onHosts, openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";

type Wanted = Pick<CleanOptions, "force" | "dryRun" | "purge">;

export interface CleanRequest extends SessionWords, Wanted {
  /** also shared images that no session uses; alone (no words, not all) only those */
  images: boolean;
  /** somebody can be asked: then everything goes only after a question */
  canAsk: boolean;
}

export interface Cleaned {
  /** undefined: the answer was no, and nothing was removed */
  sessions: CleanOutcome[] | undefined;
  /** tags of shared images */
  images: string[];
}

/** Removes sessions and shared images. @throws USAGE where everything is meant and nobody can be asked */
export async function clean(scope: Scope, request: CleanRequest): Promise<Cleaned> {
  const { words, all, images: withImages, force, dryRun, purge } = request;
  const found = await findSessions(scope, { words, all }, { verb: "clean" });
  // Alone it is about images: whoever only wants room back must not lose a session by it.
  const imagesOnly = withImages && words.length === 0 && !all;
  const sessions = imagesOnly ? [] : await cleanFound(scope, found, request, { force, dryRun, purge });
  if (sessions === undefined || !withImages) return { sessions, images: [] };
  const images = await Promise.all(found.map((one) => cleanImages(one.scope, imagesOnly ? {} : one.selector, dryRun)));
  return { sessions, images: images.flat() };
}

/** Everything goes only after a question, or where `all` says so and nobody can be asked. */
async function cleanFound(
  scope: Scope,
  found: readonly Found[],
  { words, all, canAsk }: CleanRequest,
  wanted: Wanted,
): Promise<CleanOutcome[] | undefined> {
  if (words.length > 0 || wanted.dryRun || (all && !canAsk)) {
    return (await Promise.all(found.map((one) => cleanSessions(one.scope, one.selector, wanted)))).flat();
  }
  if (!canAsk) {
    throw usageError("Which sessions?", "name them: cowork clean <session…>; or every one: cowork clean --all");
  }
  // Without names it is one project, or everything there is.
  const [one = { scope, selector: {} }] = found;
  return await cleanAsking(one.scope, one.selector, wanted);
}

/**
 * Cleans what is meant, project by project: whether work would be lost is asked of the session's own project, and its name
 * leaves that project's `SESSIONS`. A project that is gone proves nothing, so everything in its sessions counts as unsaved.
 * @param agreed only these, as `keyOf` names them; default: all that are meant
 */
async function cleanSessions(
  scope: Scope,
  selector: Selector,
  wanted: Wanted,
  agreed?: ReadonlySet<string>,
): Promise<CleanOutcome[]> {
  const groups = await groupByHost(scope, selector);
  const outcomes = await onHosts(scope, groups, async (part, { host, selector: ours }) => {
    // Of a session that was named from elsewhere the project may be gone.
    const project = selector.project === undefined ? undefined : await scope.findProject();
    if (selector.project !== undefined)
      return await cleanProject(scope, { host, part, selector: ours, project }, wanted);
    const all: CleanOutcome[] = [];
    const there = (await part.list({})).filter(({ name }) => agreed?.has(keyOf({ name, host })) ?? true);
    for (const [root, members] of Map.groupBy(there, (session) => session.projectRoot)) {
      const found = host === "local" ? await projectAt(scope, root) : await currentAt(scope, members);
      all.push(
        ...(await cleanProject(
          scope,
          { host, part, selector: selectorOf(root, members, found), project: found },
          wanted,
        )),
      );
    }
    return all;
  });
  return outcomes.map((outcome) => ({ unsaved: [], removed: [], ...outcome }));
}

/**
 * Cleans all of the project, or all there is: first lists what would go, and what would stay, then asks.
 * @returns undefined when the answer was no
 */
async function cleanAsking(scope: Scope, selector: Selector, wanted: Wanted): Promise<CleanOutcome[] | undefined> {
  const listed = await cleanSessions(scope, selector, { ...wanted, dryRun: true });
  const [going, staying] = [listed.filter(({ ok }) => ok), listed.filter(({ ok }) => !ok)];
  if (going.length === 0) return listed;
  if ((await scope.ctx.ask(cleanQuestion(listed))) !== true) return undefined;
  const only = selector.project === undefined ? selector : { ...selector, names: going.map(({ name }) => name) };
  return [...(await cleanSessions(scope, only, wanted, new Set(going.map(keyOf)))), ...staying];
}

/** What has to be read before everything is removed. */
function cleanQuestion(outcomes: readonly CleanOutcome[]): Extract<Question, { kind: "confirm" }> {
  const going = outcomes.filter(({ ok }) => ok).length;
  const detail = outcomes.flatMap((outcome) =>
    outcome.ok
      ? [
          `${outcome.name}  would be removed`,
          ...outcome.unsaved.map((line) => `- would be lost: ${line}`),
          ...(outcome.going ?? []).map((line) => `- would go along: ${line}`),
        ]
      : [`${outcome.name}  stays: ${outcome.error?.message ?? ""}`, ...outcome.unsaved.map((line) => `- ${line}`)],
  );
  return { kind: "confirm", text: going === 1 ? "Remove it?" : `Remove these ${going} sessions?`, detail };
}

function keyOf({ name, host = "local" }: Pick<CleanOutcome, "name" | "host">): string {
  return `${host}/${name}`;
}

/** Of a remote host's sessions only those of the project one stands in can be vouched for from here. */
async function currentAt(scope: Scope, members: readonly SessionView[]): Promise<Project | undefined> {
  const project = await scope.findProject();
  return project?.facts.name === members[0]?.project ? project : undefined;
}

function selectorOf(root: string, members: readonly SessionView[], project: Project | undefined): Selector {
  const names = members.map(({ name }) => name);
  const facts = project?.facts ?? { name: members[0]?.project ?? "", root, rootCommit: "" };
  return { project: { name: facts.name, root: facts.root, rootCommit: facts.rootCommit }, names };
}

async function projectAt(scope: Scope, root: string): Promise<Project | undefined> {
  const { findProject } = await import("../../project/find-project.ts");
  // Whatever is wrong with it, it cannot vouch for the work; the sessions are still asked for.
  return await findProject(scope.ctx, root).catch(() => undefined);
}

const unlisted = "its name could not be taken out of SESSIONS in the project's conf";

interface OnHost {
  host: string;
  part: SessionHost;
  selector: Selector;
  project: Project | undefined;
}

async function cleanProject(scope: Scope, meant: OnHost, wanted: Wanted): Promise<CleanOutcome[]> {
  const { host, part, selector, project } = meant;
  const { concurrency, precious } = await scope.settings();
  const outcomes = await part.clean(selector, { ...wanted, concurrency, precious });
  if (wanted.dryRun) return outcomes;
  const gone = outcomes.filter(({ ok }) => ok).map(({ name }) => name);
  for (const name of gone) {
    const id = sessionId(selector.project?.name ?? "", name);
    scope.tell({ type: "session-state", session: name, host, data: { id, state: "removed" } });
  }
  if (project !== undefined && gone.length > 0) {
    const { removeSessions } = await import("../../project/sessions-index.ts");
    // One of the same name on another host is another session.
    const left = await removeSessions(uninterruptible(scope.ctx), project, gone, host).catch(toCoworkError);
    // The sessions are gone all the same, and a name without a session does no harm.
    if (left !== undefined) for (const { ok, notes } of outcomes) if (ok) notes.push(`${unlisted} (${left.message})`);
  }
  return outcomes;
}

async function cleanImages(scope: Scope, selector: Selector, dryRun: boolean): Promise<string[]> {
  const project = selector.project === undefined ? {} : { project: selector.project.name };
  const groups = await groupByHost(scope, {});
  const all = await Promise.all(
    groups.map(async ({ host }) => (await openHost(scope, host)).cleanImages({ dryRun, ...project })),
  );
  return all.flat();
}
