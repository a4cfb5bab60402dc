import { CoworkError, toCoworkError } from "../errors.ts";
import type { SessionEntry } from "../project/types.ts";
import type { HostPart, OneSession } from "../session/host-part.ts";
import { nameKey } from "../session/names.ts";
import type { Outcome, Selector } from "../session/types.ts";
import { plain } from "../system/text.ts";
import type { App } from "./app.ts";

/** The part of a command's sessions that is on one host. */
export interface Share {
  /** `local`, a name that was added, or what ssh takes */
  host: string;
  selector: Selector;
}

/**
 * Which hosts a command's sessions are on: the one that `--host` names; else where `SESSIONS` says that each is, and for the
 * others the host that new sessions go to. Without names also every host that the project has sessions on.
 * @param reach for sessions of all projects: every host that was added, or the usual one alone
 */
export async function shareOut(app: App, selector: Selector, reach: "usual" | "every" = "usual"): Promise<Share[]> {
  const only = app.globals.host;
  if (only !== undefined && only !== "") return [{ host: only, selector }];
  const usual = (await app.settings()).host ?? "local";
  const { project, names } = selector;
  if (project === undefined) {
    const added = reach === "every" ? await addedHosts(app) : [];
    return [...new Set(["local", usual, ...added])]
      .filter((host) => reach === "every" || host === usual)
      .map((host) => ({ host, selector }));
  }
  const index = await readIndex(app);
  if (names === undefined) {
    const hosts = new Set(["local", usual, ...index.map(hostOfEntry)]);
    return [...hosts].map((host) => ({ host, selector }));
  }
  const byHost = Map.groupBy(names, (name) => indexedHost(index, name) ?? usual);
  return [...byHost].map(([host, members]) => ({ host, selector: { ...selector, names: members } }));
}

/** The host of one session. @throws HOST_UNREACHABLE for a host that the user never added */
export async function hostOfOne(app: App, selector: OneSession): Promise<HostPart> {
  const [share] = await shareOut(app, selector);
  return await partOf(app, share?.host ?? "local");
}

/** A host that the conf names is connected to only when the user has added it: the conf may be a repository's. */
export async function partOf(app: App, host: string): Promise<HostPart> {
  const isOwnWish = host === "local" || host === app.globals.host || host === (await app.settings()).host;
  if (!isOwnWish && !(await addedHosts(app)).includes(host)) throw unknownHost(host);
  return await app.host(host);
}

/**
 * Does the same on every host, at once. What fails on one host is the outcome of its sessions there, and stops no other; where
 * no names say which sessions those are, and there is one host only, it is thrown.
 */
export async function onHosts<T extends Outcome, S extends Share>(
  app: App,
  shares: readonly S[],
  work: (part: HostPart, share: S) => Promise<T[]>,
): Promise<(T | Outcome)[]> {
  const all = await Promise.all(
    shares.map(async (share): Promise<(T | Outcome)[]> => {
      try {
        return await work(await partOf(app, share.host), share);
      } catch (error) {
        if (shares.length === 1) throw error;
        return await failedShare(app, share, error);
      }
    }),
  );
  return all.flat();
}

async function failedShare(app: App, share: Share, error: unknown): Promise<Outcome[]> {
  const known = toCoworkError(error);
  return (await namesMeant(app, share)).map((name) => ({
    name,
    host: share.host,
    ok: false,
    error: known.toView(),
    exitCode: known.exitCode,
    notes: [],
  }));
}

/** The names that were given; without any those that `SESSIONS` has for the host. */
export async function namesMeant(app: App, { host, selector }: Share): Promise<string[]> {
  if (selector.names !== undefined) return selector.names;
  return (await readIndex(app)).filter((entry) => hostOfEntry(entry) === host).map(({ name }) => name);
}

export function hostOfEntry({ host = "local" }: SessionEntry): string {
  return host;
}

/** The host that `SESSIONS` has for a name; undefined for a name that it does not have. */
export function indexedHost(index: readonly SessionEntry[], name: string): string | undefined {
  const entry = index.find((one) => nameKey(one.name) === nameKey(name));
  return entry && hostOfEntry(entry);
}

export async function readIndex(app: App): Promise<SessionEntry[]> {
  const [{ readSessions }, { confFile }] = [await import("../project/sessions-index.ts"), await app.place()];
  return await readSessions(undefined, { confFile });
}

async function addedHosts(app: App): Promise<string[]> {
  const { readHosts } = await import("../remote/hosts.ts");
  return Object.keys(await readHosts(await app.context()));
}

function unknownHost(host: string): CoworkError {
  return new CoworkError("HOST_UNKNOWN", `The host ${plain(host)} was never added here.`, {
    hint: `cowork host add ${plain(host)} user@machine`,
  });
}
