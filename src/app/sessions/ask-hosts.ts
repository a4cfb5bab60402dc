import { toCoworkError, type ErrorView } from "../../errors.ts";
import type { SessionHost } from "../../session/session-host.ts";
import type { Selector, SessionView } from "../../session/types.ts";
import { groupByHost, namesMeant, openHost, type HostGroup } from "../hosts.ts";
import type { Scope } from "../scope.ts";
import { emitNote } from "./outcomes.ts";

/** The sessions of each host that answers; a note names those that do not. */
export async function listByHost(scope: Scope, selector: Selector): Promise<{ host: string; views: SessionView[] }[]> {
  return (await askHosts(scope, selector, listOn)).filter(({ answered }) => answered);
}

export interface Answer<T> {
  host: string;
  answered: boolean;
  views: T[];
}

/**
 * Asks all selected hosts in parallel. A host that does not answer is reported as a note; if it is the only one, or this machine,
 * the error is thrown.
 * @param lost creates the entry of a session whose host does not answer
 */
export async function askHosts<T>(
  scope: Scope,
  selector: Selector,
  ask: (part: SessionHost, group: HostGroup) => Promise<T[]>,
  lost?: (name: string, group: HostGroup, error: ErrorView) => T,
): Promise<Answer<T>[]> {
  const groups = await groupByHost(scope, selector, "every");
  return await Promise.all(
    groups.map(async (group): Promise<Answer<T>> => {
      const { host } = group;
      try {
        return { host, answered: true, views: await ask(await openHost(scope, host), group) };
      } catch (error) {
        if (groups.length === 1 || host === "local") throw error;
        const view = toCoworkError(error).toView();
        emitNote(scope, view.message);
        const names = lost === undefined || group.selector.project === undefined ? [] : await namesMeant(scope, group);
        return { host, answered: false, views: names.flatMap((name) => lost?.(name, group, view) ?? []) };
      }
    }),
  );
}

export async function listOn(part: SessionHost, group: HostGroup): Promise<SessionView[]> {
  return await part.list(group.selector);
}

export function unreachable(name: string, { host, selector: { project } }: HostGroup, error: ErrorView): SessionView {
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
