import type { Question } from "../../contract/questions.ts";
import { CoworkError, toCoworkError, usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Project } from "../../project/types.ts";
import type { CleanOptions, CleanOutcome, SessionHost } from "../../session/session-host.ts";
import { sessionId } from "../../session/record/names.ts";
import type { Selector, SessionView } from "../../session/types.ts";
import { uninterruptible } from "../../system/process/uninterruptible.ts";
import { findSessions, type Found, type SessionWords } from "../find/find-sessions.ts";
import { groupByHost, onHosts, openHost } from "../hosts.ts";
import type { Scope } from "../scope.ts";

type Wanted = Pick<CleanOptions, "force" | "dryRun" | "purge" | "merged">;

export interface CleanRequest extends SessionWords, Omit<Wanted, "merged"> {
  /** also delete shared images that no session uses; without words and `all`, only those */
  images: boolean;
  /** a question is possible: without `force`, all sessions are then deleted only after it */
  canAsk: boolean;
}

export interface Cleaned {
  /** undefined: the answer was no, and nothing was removed */
  sessions: CleanOutcome[] | undefined;
  /** tags of shared images */
  images: string[];
}

/** Removes sessions and shared images. @throws USAGE for all sessions if a question is not possible */
export async function clean(scope: Scope, request: CleanRequest): Promise<Cleaned> {
  const { words, all, images: withImages, force, dryRun, purge } = request;
  const found = await findSessions(scope, { words, all }, { verb: "clean" });
  // With --images alone only images are removed: the user wants disk space back, not to lose sessions.
  const imagesOnly = withImages && words.length === 0 && !all;
  const sessions = imagesOnly ? [] : await cleanFound(scope, found, request, { force, dryRun, purge });
  if (sessions === undefined || !withImages) return { sessions, images: [] };
  const images = await Promise.all(found.map((one) => cleanImages(one.scope, imagesOnly ? {} : one.selector, dryRun)));
  return { sessions, images: images.flat() };
}

/** All sessions are removed only after a question, or with `all` where a question is not possible or `force` answers it. */
async function cleanFound(
  scope: Scope,
  found: readonly Found[],
  { words, all, canAsk }: CleanRequest,
  wanted: Wanted,
): Promise<CleanOutcome[] | undefined> {
  if (words.length > 0 || wanted.dryRun || (all && (!canAsk || wanted.force))) {
    return (await Promise.all(found.map((one) => cleanSessions(one.scope, one.selector, wanted)))).flat();
  }
  // It never asks, so it must not guess either.
  if (wanted.force) {
    throw usageError(
      "cowork clean --force needs names of sessions, or --all.",
      steps`see what would be lost: ${ownCommand("clean", "--dry-run", "--force")}, then ${ownCommand("clean", "--all", "--force")}`,
    );
  }
  if (!canAsk) {
    throw usageError(
      "cowork clean without names asks first, which needs a terminal.",
      steps`${ownCommand("clean", "<session>")}, or ${ownCommand("clean", "--all")}`,
    );
  }
  // Without names there is one project, or all of them.
  const [one = { scope, selector: {} }] = found;
  return await cleanAsking(one.scope, one.selector, wanted);
}

/**
 * Cleans the selected sessions, project by project. The session's project decides whether work would be lost, and the session's
 * name is removed from its `SESSIONS`. If the project no longer exists, everything in its sessions counts as unsaved.
 * @param agreed clean only these, as `keyOf` names them; default: all selected
 */
export async function cleanSessions(
  scope: Scope,
  selector: Selector,
  wanted: Wanted,
  agreed?: ReadonlySet<string>,
): Promise<CleanOutcome[]> {
  const groups = await groupByHost(scope, selector);
  const outcomes = await onHosts(scope, groups, async (part, { host, selector: ours }) => {
    // The project of a session that was named from another folder may no longer exist.
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
 * Cleans all sessions of the project or of all projects: lists what would be removed and what is kept, then asks.
 * @returns undefined if the answer was no
 */
async function cleanAsking(scope: Scope, selector: Selector, wanted: Wanted): Promise<CleanOutcome[] | undefined> {
  const listed = await cleanSessions(scope, selector, { ...wanted, dryRun: true });
  const [going, staying] = [listed.filter(({ ok }) => ok), listed.filter(({ ok }) => !ok)];
  if (going.length === 0) return listed;
  const answer = await scope.ctx.ask(cleanQuestion(listed));
  if (answer === null) throw new CoworkError("INTERRUPTED", "Interrupted. Nothing was removed.");
  if (answer !== true) return undefined;
  const only = selector.project === undefined ? selector : { ...selector, names: going.map(({ name }) => name) };
  return [...(await cleanSessions(scope, only, wanted, new Set(going.map(keyOf)))), ...staying];
}

/** The question, with the list of what would be removed and lost. */
function cleanQuestion(outcomes: readonly CleanOutcome[]): Extract<Question, { kind: "confirm" }> {
  const going = outcomes.filter(({ ok }) => ok).length;
  const detail = outcomes.flatMap((outcome) =>
    outcome.ok
      ? [
          `${outcome.name}  would be removed`,
          ...outcome.unsaved.map((line) => `- would be lost: ${line}`),
          ...(outcome.going ?? []).map((line) => `- would also be removed: ${line}`),
        ]
      : [`${outcome.name}  is kept: ${outcome.error?.message ?? ""}`, ...outcome.unsaved.map((line) => `- ${line}`)],
  );
  return { kind: "confirm", text: going === 1 ? "Remove it?" : `Remove these ${going} sessions?`, detail };
}

function keyOf({ name, host = "local" }: Pick<CleanOutcome, "name" | "host">): string {
  return `${host}/${name}`;
}

/** The current project, if the remote sessions are of it. Sessions of other projects cannot be checked from here. */
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
  // A project that cannot be read does not prove that work is saved. Its sessions are checked without it.
  return await findProject(scope.ctx, root).catch(() => undefined);
}

const unlisted = "its name could not be removed from SESSIONS in the project's .cowork.conf";

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
    // A session with the same name on another host is a different one.
    const left = await removeSessions(uninterruptible(scope.ctx), project, gone, host).catch(toCoworkError);
    // The sessions are removed anyway, and a name without a session does no harm.
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
