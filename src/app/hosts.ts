import { CoworkError, toCoworkError } from "../errors.ts";
import type { SessionEntry } from "../project/types.ts";
import type { SessionHost, OneSession } from "../session/session-host.ts";
import { nameKey } from "../session/record/names.ts";
import type { Outcome, Selector } from "../session/types.ts";
import { plain } from "../system/text.ts";
import type { Scope } from "./scope.ts";

/** Selected sessions, and the host that they are on. */
export interface HostGroup {
  /** `local`, a name that was added, or a destination for ssh */
  host: string;
  selector: Selector;
}

/**
 * Groups the selected sessions by host: the host that the user chose, else each session's host in `SESSIONS`, else the host of
 * new sessions. Without names, also every host on which the project has sessions.
 * @param reach for sessions of all projects: `every` host that was added, or only the `usual` one
 */
export async function groupByHost(
  scope: Scope,
  selector: Selector,
  reach: "usual" | "every" = "usual",
): Promise<HostGroup[]> {
  const only = scope.onlyHost;
  if (only !== undefined && only !== "") return [{ host: only, selector }];
  const usual = (await scope.settings()).host ?? "local";
  const { project, names } = selector;
  if (project === undefined) {
    const added = reach === "every" ? await addedHosts(scope) : [];
    return [...new Set(["local", usual, ...added])]
      .filter((host) => reach === "every" || host === usual)
      .map((host) => ({ host, selector }));
  }
  const index = await readIndex(scope);
  if (names === undefined) {
    const hosts = new Set(["local", usual, ...index.map(hostOfEntry)]);
    return [...hosts].map((host) => ({ host, selector }));
  }
  const byHost = Map.groupBy(names, (name) => indexedHost(index, name) ?? usual);
  return [...byHost].map(([host, members]) => ({ host, selector: { ...selector, names: members } }));
}

/** Opens the host of one session. @throws HOST_UNKNOWN for a host that the user never added */
export async function hostOfOne(scope: Scope, selector: OneSession): Promise<SessionHost> {
  const [group] = await groupByHost(scope, selector);
  return await openHost(scope, group?.host ?? "local");
}

/** Opens a host. One that only the project's file names must have been added by the user: the file may come from a repository. */
export async function openHost(scope: Scope, host: string): Promise<SessionHost> {
  const isWanted = host === "local" || host === scope.onlyHost || host === (await scope.settings()).host;
  if (!isWanted && !(await addedHosts(scope)).includes(host)) throw unknownHost(host);
  return await scope.host(host);
}

/**
 * Runs `work` on all hosts in parallel. An error on one host becomes the outcome of its sessions and does not stop the others.
 * With only one host the error is thrown.
 */
export async function onHosts<T extends Outcome, S extends HostGroup>(
  scope: Scope,
  groups: readonly S[],
  work: (part: SessionHost, group: S) => Promise<T[]>,
): Promise<(T | Outcome)[]> {
  const all = await Promise.all(
    groups.map(async (group): Promise<(T | Outcome)[]> => {
      try {
        return await work(await openHost(scope, group.host), group);
      } catch (error) {
        if (groups.length === 1) throw error;
        return await failedGroup(scope, group, error);
      }
    }),
  );
  return all.flat();
}

async function failedGroup(scope: Scope, group: HostGroup, error: unknown): Promise<Outcome[]> {
  const known = toCoworkError(error);
  return (await namesMeant(scope, group)).map((name) => ({
    name,
    host: group.host,
    ok: false,
    error: known.toView(),
    exitCode: known.exitCode,
    notes: [],
  }));
}

/** The selected names; without names, those that `SESSIONS` has for the host. */
export async function namesMeant(scope: Scope, { host, selector }: HostGroup): Promise<string[]> {
  if (selector.names !== undefined) return selector.names;
  return (await readIndex(scope)).filter((entry) => hostOfEntry(entry) === host).map(({ name }) => name);
}

export function hostOfEntry({ host = "local" }: SessionEntry): string {
  return host;
}

/** The host of a name in `SESSIONS`; undefined if the name is not listed. */
export function indexedHost(index: readonly SessionEntry[], name: string): string | undefined {
  const entry = index.find((one) => nameKey(one.name) === nameKey(name));
  return entry && hostOfEntry(entry);
}

export async function readIndex(scope: Scope): Promise<SessionEntry[]> {
  const [{ readSessions }, { confFile }] = [await import("../project/sessions-index.ts"), await scope.place()];
  return await readSessions(undefined, { confFile });
}

async function addedHosts(scope: Scope): Promise<string[]> {
  const { readHosts } = await import("../remote/hosts.ts");
  return Object.keys(await readHosts(scope.ctx));
}

function unknownHost(host: string): CoworkError {
  return new CoworkError("HOST_UNKNOWN", `Unknown host ${plain(host)}.`, {
    hint: `cowork host add ${plain(host)} user@machine`,
  });
}
