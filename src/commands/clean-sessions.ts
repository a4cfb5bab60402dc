import { toCoworkError } from "../errors.ts";
import type { Project } from "../project/types.ts";
import type { CleanOptions, CleanOutcome, HostPart } from "../session/host-part.ts";
import type { Selector, SessionView } from "../session/types.ts";
import type { App } from "./app.ts";
import { onHosts, partOf, shareOut } from "./hosts.ts";
import { calmContext } from "./result.ts";

type Wanted = Pick<CleanOptions, "force" | "dryRun" | "purge">;

/**
 * Cleans what is meant, project by project: whether work would be lost is asked of the session's own project, and its name
 * leaves that project's `SESSIONS`. A project that is gone proves nothing, so everything in its sessions counts as unsaved.
 * @param agreed only these, as `keyOf` names them; default: all that are meant
 */
export async function cleanSessions(
  app: App,
  selector: Selector,
  wanted: Wanted,
  agreed?: ReadonlySet<string>,
): Promise<CleanOutcome[]> {
  const shares = await shareOut(app, selector);
  const outcomes = await onHosts(app, shares, async (part, { host, selector: ours }) => {
    // Of a session that was named from elsewhere the project may be gone.
    const project = selector.project === undefined ? undefined : await app.findProject();
    if (selector.project !== undefined) return await cleanProject(app, { host, part, selector: ours, project }, wanted);
    const all: CleanOutcome[] = [];
    const there = (await part.list({})).filter(({ name }) => agreed?.has(keyOf({ name, host })) ?? true);
    for (const [root, members] of Map.groupBy(there, (session) => session.projectRoot)) {
      const found = host === "local" ? await projectAt(app, root) : await currentAt(app, members);
      all.push(
        ...(await cleanProject(
          app,
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
export async function cleanAsking(app: App, selector: Selector, wanted: Wanted): Promise<CleanOutcome[] | undefined> {
  const listed = await cleanSessions(app, selector, { ...wanted, dryRun: true });
  const [going, staying] = [listed.filter(({ ok }) => ok), listed.filter(({ ok }) => !ok)];
  if (going.length === 0) return listed;
  const { cleanQuestion } = await import("../ui/cleaned.ts");
  if (!(await (await app.context()).ask(cleanQuestion(listed)))) return undefined;
  const only = selector.project === undefined ? selector : { ...selector, names: going.map(({ name }) => name) };
  return [...(await cleanSessions(app, only, wanted, new Set(going.map(keyOf)))), ...staying];
}

function keyOf({ name, host = "local" }: Pick<CleanOutcome, "name" | "host">): string {
  return `${host}/${name}`;
}

/** Of a remote host's sessions only those of the project one stands in can be vouched for from here. */
async function currentAt(app: App, members: readonly SessionView[]): Promise<Project | undefined> {
  const project = await app.findProject();
  return project?.facts.name === members[0]?.project ? project : undefined;
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

const unlisted = "its name could not be taken out of SESSIONS in the project's conf";

interface Meant {
  host: string;
  part: HostPart;
  selector: Selector;
  project: Project | undefined;
}

async function cleanProject(app: App, meant: Meant, wanted: Wanted): Promise<CleanOutcome[]> {
  const { host, part, selector, project } = meant;
  const { concurrency, precious } = await app.settings();
  const outcomes = await part.clean(selector, { ...wanted, concurrency, precious });
  const gone = outcomes.filter(({ ok }) => ok).map(({ name }) => name);
  if (project !== undefined && gone.length > 0 && !wanted.dryRun) {
    const { removeSessions } = await import("../project/sessions-index.ts");
    // One of the same name on another host is another session.
    const left = await removeSessions(await calmContext(app), project, gone, host).catch(toCoworkError);
    // The sessions are gone all the same, and a name without a session does no harm.
    if (left !== undefined) for (const { ok, notes } of outcomes) if (ok) notes.push(`${unlisted} (${left.message})`);
  }
  return outcomes;
}

export async function cleanImages(app: App, selector: Selector, dryRun: boolean): Promise<string[]> {
  const project = selector.project === undefined ? {} : { project: selector.project.name };
  const shares = await shareOut(app, {});
  const all = await Promise.all(
    shares.map(async ({ host }) => (await partOf(app, host)).cleanImages({ dryRun, ...project })),
  );
  return all.flat();
}

export function cleanJson(outcome: CleanOutcome): Record<string, unknown> {
  const { name, host = "local", ok, error, unsaved, going = [], removed } = outcome;
  return {
    name,
    host,
    ...(ok ? {} : { state: "failed", error }),
    unsaved,
    ...(going.length === 0 ? {} : { going }),
    removed,
  };
}
