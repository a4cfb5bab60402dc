import type { Project } from "../project/types.ts";
import type { CleanOptions, CleanOutcome } from "../session/host-part.ts";
import type { Selector, SessionView } from "../session/types.ts";
import type { App } from "./app.ts";
import { calmContext } from "./result.ts";

type Wanted = Pick<CleanOptions, "force" | "dryRun" | "purge">;

/**
 * Cleans what is meant, project by project: whether work would be lost is asked of the session's own project, and its name
 * leaves that project's `SESSIONS`. A project that is gone proves nothing, so everything in its sessions counts as unsaved.
 */
export async function cleanSessions(app: App, selector: Selector, wanted: Wanted): Promise<CleanOutcome[]> {
  if (selector.project !== undefined) return await cleanProject(app, selector, await app.project(), wanted);
  const host = await app.host();
  const sessions = await host.list({});
  const byRoot = Map.groupBy(sessions, (session) => session.projectRoot);
  const outcomes: CleanOutcome[] = [];
  for (const [root, members] of byRoot) {
    const project = await projectAt(app, root);
    outcomes.push(...(await cleanProject(app, selectorOf(root, members, project), project, wanted)));
  }
  return outcomes;
}

function selectorOf(root: string, members: readonly SessionView[], project: Project | undefined): Selector {
  const names = members.map(({ name }) => name);
  const facts = project?.facts ?? { name: members[0]?.project ?? "", root, rootCommit: "" };
  return { project: { name: facts.name, root: facts.root, rootCommit: facts.rootCommit }, names };
}

async function projectAt(app: App, root: string): Promise<Project | undefined> {
  const { findProject } = await import("../project/find-project.ts");
  // Whatever is wrong with it, it cannot vouch for the work; the sessions are still asked for.
  return await findProject(await app.context(), root).catch(() => undefined);
}

async function cleanProject(
  app: App,
  selector: Selector,
  project: Project | undefined,
  wanted: Wanted,
): Promise<CleanOutcome[]> {
  const { concurrency, precious } = await app.settings();
  const outcomes = await (await app.host()).clean(selector, { ...wanted, concurrency, precious });
  const gone = outcomes.filter(({ ok }) => ok).map(({ name }) => name);
  if (project !== undefined && gone.length > 0 && !wanted.dryRun) {
    const { removeSessions } = await import("../project/sessions-index.ts");
    await removeSessions(await calmContext(app), project, gone);
  }
  return outcomes;
}

export async function cleanImages(app: App, selector: Selector, dryRun: boolean): Promise<string[]> {
  const project = selector.project === undefined ? {} : { project: selector.project.name };
  return await (await app.host()).cleanImages({ dryRun, ...project });
}

export function cleanJson(outcome: CleanOutcome): Record<string, unknown> {
  const { name, ok, error, unsaved, removed } = outcome;
  return { name, host: "local", ...(ok ? {} : { state: "failed", error }), unsaved, removed };
}
