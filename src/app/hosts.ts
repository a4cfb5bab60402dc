import { CoworkError, toCoworkError } from "../errors.ts";
import type { SessionEntry } from "../project/types.ts";
import type { SessionHost, OneSession } from "../session/session-host.ts";
import { nameKey } from "../session/record/names.ts";
import type { Outcome, Selector } from "../session/types.ts";
import { plain } from "../system/text.ts";
import type { Scope } from "./scope.ts";

/** Sessions that are meant, and the one host that they are on. */
export interface HostGroup {
  /** `local`, a name that was added, or what ssh takes */
  host: string;
  selector: Selector;
}

/**
 * Which hosts the sessions that are meant are on: the one that was asked for; else where `SESSIONS` says that each is, and for the
 * others the host that new sessions go to. Without names also every host that the project has sessions on.
 * @param reach for sessions of all projects: every host that was added, or the usual one alone
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

/** The host of one session. @throws HOST_UNREACHABLE for a host that the user never added */
export async function hostOfOne(scope: Scope, selector: OneSession): Promise<SessionHost> {
  const [group] = await groupByHost(scope, selector);
  return await openHost(scope, group?.host ?? "local");
}

/** A host that the conf names is connected to only when the user has added it: the conf may be a repository's. */
export async function openHost(scope: Scope, host: string): Promise<SessionHost> {
  const isWanted = host === "local" || host === scope.onlyHost || host === (await scope.settings()).host;
  if (!isWanted && !(await addedHosts(scope)).includes(host)) throw unknownHost(host);
  return await scope.host(host);
}

/**
 * Does the same on every host, at once. What fails on one host is the outcome of its sessions there, and stops no other; where
 * no names say which sessions those are, and there is one host only, it is thrown.
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

/** The names that were given; without any those that `SESSIONS` has for the host. */
export async function namesMeant(scope: Scope, { host, selector }: HostGroup): Promise<string[]> {
  if (selector.names !== undefined) return selector.names;
  return (await readIndex(scope)).filter((entry) => hostOfEntry(entry) === host).map(({ name }) => name);
}

export function hostOfEntry({ host = "local" }: SessionEntry): string {
  return host;
}

/** The host that `SESSIONS` has for a name; undefined for a name that it does not have. */
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
  return new CoworkError("HOST_UNKNOWN", `The host ${plain(host)} was never added here.`, {
    hint: `cowork host add ${plain(host)} user@machine`,
  });
}
