import { toCoworkError } from "../../errors.ts";
import { readHosts } from "../../remote/hosts.ts";
import type { SessionView } from "../../session/types.ts";
import { emitNote } from "../sessions/outcomes.ts";
import { askTarget, type HostTarget } from "../work/ask-hosts.ts";
import type { Scope } from "../scope.ts";
import { inOrder, onHost, readProjects, toProject, type KnownProject, type ProjectSessions } from "./projects.ts";

/** A project of a list of all hosts. */
export interface ListedProject extends KnownProject {
  /** this machine knows it; false: its sessions were made from another machine, which has the folder */
  known: boolean;
}

/**
 * Lists the projects that this machine knows, and those that have sessions on a host that was added. With a host that the user
 * chose, only the projects with sessions on that one. Notes name the hosts that do not answer within seconds.
 * @throws HOST_UNKNOWN, HOST_UNREACHABLE if the chosen host does not answer
 */
export async function projectsOnHosts(scope: Scope): Promise<ListedProject[]> {
  const { onlyHost } = scope;
  const known = (await readProjects(scope.ctx)).map((one) => ({ ...one, known: true }));
  const hosts = onlyHost === undefined ? Object.keys(await readHosts(scope.ctx)) : [onlyHost];
  const remote = hosts.filter((host) => host !== "local");
  const answers = await Promise.all(remote.map(async (host) => ({ host, views: await viewsOn(scope, host) })));
  const all: (ProjectSessions & { known: boolean })[] = [...known];
  for (const { host, views } of answers) for (const view of views) add(all, host, view);
  const projects = inOrder(all).map(({ known: isKnown, ...one }) => ({ ...toProject(one), known: isKnown }));
  return onlyHost === undefined ? projects : projects.filter((one) => one.hosts.includes(onlyHost));
}

/** The sessions of a host; none if it does not answer in time. */
async function viewsOn(scope: Scope, host: string): Promise<SessionView[]> {
  const target: HostTarget = { scope, host, selector: {}, known: false, away: false };
  const late = Promise.withResolvers<undefined>();
  const isOnly = scope.onlyHost !== undefined;
  const onLate = isOnly ? {} : { onLate: () => late.resolve(undefined) };
  const asked = askTarget(target, async (part) => await part.list({}), { isOnly, ...onLate });
  try {
    return (await Promise.race([asked, late.promise]))?.answer ?? [];
  } catch (error) {
    scope.ctx.signal.throwIfAborted();
    if (isOnly) throw error;
    emitNote(scope, toCoworkError(error).message);
    return [];
  }
}

/** A moved project has another root than its sessions on record, but still names them in its `SESSIONS`. */
function add(all: (ProjectSessions & { known: boolean })[], host: string, view: SessionView): void {
  const { name, project, projectRoot: root } = view;
  // A record that cannot be read has no project.
  if (project === "") return;
  const session = onHost(name, host);
  const found = all.find((one) => one.name === project && (one.root === root || one.on.has(session)));
  if (found === undefined) all.push({ name: project, root, exists: false, on: new Set([session]), known: false });
  else found.on.add(session);
}
