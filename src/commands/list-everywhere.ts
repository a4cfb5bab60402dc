import { toCoworkError, type ErrorView } from "../errors.ts";
import type { HostPart, StatusWish } from "../session/host-part.ts";
import type { Selector, SessionStatus, SessionView } from "../session/types.ts";
import { unknownStatus } from "../session/unknown-status.ts";
import { compareViews } from "../session/view.ts";
import type { App } from "./app.ts";
import { namesMeant, partOf, shareOut, type Share } from "./hosts.ts";

/** The sessions of every host that is meant; those of a host that does not answer as `unreachable`. */
export async function listEverywhere(app: App, selector: Selector): Promise<SessionView[]> {
  return inOrder(await askHosts(app, selector, list, unreachable));
}

export async function statusEverywhere(app: App, selector: Selector, wish: StatusWish): Promise<SessionStatus[]> {
  const ask = async (part: HostPart, share: Share): Promise<SessionStatus[]> => await part.status(share.selector, wish);
  const unknown = { ...unknownStatus("its host does not answer"), login: "none" as const };
  return inOrder(await askHosts(app, selector, ask, (...args) => ({ ...unreachable(...args), ...unknown })));
}

/** The sessions of each host that answers; of one that does not nothing is known, and that is said. */
export async function listByHost(app: App, selector: Selector): Promise<{ host: string; views: SessionView[] }[]> {
  return (await askHosts(app, selector, list)).filter(({ answered }) => answered);
}

interface Answer<T> {
  host: string;
  answered: boolean;
  views: T[];
}

/**
 * Asks every host that is meant, at once. One that does not answer is told of; only where it is the only one, or this machine,
 * that is the command's error.
 * @param lost what stands for a session whose host does not answer
 */
async function askHosts<T>(
  app: App,
  selector: Selector,
  ask: (part: HostPart, share: Share) => Promise<T[]>,
  lost?: (name: string, share: Share, error: ErrorView) => T,
): Promise<Answer<T>[]> {
  const shares = await shareOut(app, selector, "every");
  return await Promise.all(
    shares.map(async (share): Promise<Answer<T>> => {
      const { host } = share;
      try {
        return { host, answered: true, views: await ask(await partOf(app, host), share) };
      } catch (error) {
        if (shares.length === 1 || host === "local") throw error;
        const view = toCoworkError(error).toView();
        app.terminal.err(`note: ${view.message}`);
        const names = lost === undefined || share.selector.project === undefined ? [] : await namesMeant(app, share);
        return { host, answered: false, views: names.flatMap((name) => lost?.(name, share, view) ?? []) };
      }
    }),
  );
}

async function list(part: HostPart, share: Share): Promise<SessionView[]> {
  return await part.list(share.selector);
}

/** Several hosts: as one list, in the order that each is in. */
function inOrder<T extends SessionView>(answers: readonly Answer<T>[]): T[] {
  const all = answers.flatMap(({ views }) => views);
  return answers.length === 1 ? all : all.toSorted(compareViews);
}

function unreachable(name: string, { host, selector: { project } }: Share, error: ErrorView): SessionView {
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
