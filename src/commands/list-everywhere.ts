import { toCoworkError, type ErrorView } from "../errors.ts";
import type { HostPart } from "../session/host-part.ts";
import type { Selector, SessionStatus, SessionView } from "../session/types.ts";
import type { App } from "./app.ts";
import { namesOn, partOf, shareOut, type Share } from "./hosts.ts";

/** The sessions of every host that is meant; those of a host that does not answer as `unreachable`. */
export async function listEverywhere(app: App, selector: Selector): Promise<SessionView[]> {
  return await everywhere(app, selector, (part, share) => part.list(share.selector), unreachable);
}

export async function statusEverywhere(
  app: App,
  selector: Selector,
  wish: { precious: string[] },
): Promise<SessionStatus[]> {
  const unknown = {
    git: null,
    unsaved: true,
    unsavedWork: ["its host does not answer"],
    disk: { clone: 0, state: 0 },
    resources: null,
    ports: [],
    login: "none" as const,
    carried: [],
    changes: [],
  };
  return await everywhere(
    app,
    selector,
    (part, share) => part.status(share.selector, wish),
    (...args) => ({ ...unreachable(...args), ...unknown }),
  );
}

/** The sessions of each host that answers; of one that does not nothing is known, and that is said. */
export async function listByHost(app: App, selector: Selector): Promise<{ host: string; views: SessionView[] }[]> {
  const shares = await shareOut(app, selector, "every");
  const all = await Promise.all(
    shares.map(async (share) => {
      try {
        return [{ host: share.host, views: await (await partOf(app, share.host)).list(share.selector) }];
      } catch (error) {
        if (shares.length === 1 || share.host === "local") throw error;
        app.terminal.err(`note: ${toCoworkError(error).message}`);
        return [];
      }
    }),
  );
  return all.flat();
}

type Lost<T> = (name: string, host: string, project: Selector["project"], error: ErrorView) => T;

async function everywhere<T extends SessionView>(
  app: App,
  selector: Selector,
  ask: (part: HostPart, share: Share) => Promise<T[]>,
  lost: Lost<T>,
): Promise<T[]> {
  const shares = await shareOut(app, selector, "every");
  const all = await Promise.all(
    shares.map(async (share) => {
      try {
        return await ask(await partOf(app, share.host), share);
      } catch (error) {
        if (shares.length === 1 || share.host === "local") throw error;
        const view = toCoworkError(error).toView();
        app.terminal.err(`note: ${view.message}`);
        const names = share.selector.project === undefined ? [] : await namesMeant(app, share);
        return names.map((name) => lost(name, share.host, share.selector.project, view));
      }
    }),
  );
  // Several hosts: as one list, in the order that each is in.
  return shares.length === 1
    ? all.flat()
    : all.flat().toSorted((a, b) => compare(a.project, b.project) || compare(a.name, b.name));
}

async function namesMeant(app: App, { host, selector }: Share): Promise<string[]> {
  return selector.names ?? (await namesOn(app, host));
}

function unreachable(name: string, host: string, project: Selector["project"], error: ErrorView): SessionView {
  return {
    id: `${project?.name ?? ""}-${name}`,
    name,
    project: project?.name ?? "",
    projectRoot: project?.root ?? "",
    host,
    state: "unreachable",
    error,
    branch: null,
    path: "",
    agent: "",
    createdAt: "",
    container: null,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
