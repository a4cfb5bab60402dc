import type { ResolvedSettings, SettingSources } from "../config/resolve.ts";
import type { Settings } from "../config/types.ts";
import type { EventDraft } from "../contract/events.ts";
import { CoworkError } from "../errors.ts";
import type { Place } from "../project/find-place.ts";
import type { Project } from "../project/types.ts";
import type { SessionHost } from "../session/session-host.ts";
import type { Context } from "../system/context.ts";
import type { HostMakers, RemoteHost } from "./host-makers.ts";

/** The folder of a scope that is in no project, whatever is on the disk: of a server, or a job. Nothing is asked of git for it. */
export const outside = "";

/**
 * What a user interface (the command line, a server) passes to a use case: one folder with its place, project and settings, and
 * the hosts that are reachable from there. Each is determined at first use, once. Progress goes to `ctx.report`, questions to
 * `ctx.ask`, other events to `tell`.
 */
export interface Scope {
  readonly ctx: Context;
  /** the current folder, absolute; or `outside` */
  readonly folder: string;
  /** the host that the user chose; undefined: the hosts of the sessions */
  readonly onlyHost: string | undefined;
  tell(event: EventDraft): void;
  /** The folder's place: enough to know to which project it belongs. Throws NOT_A_PROJECT. */
  place(): Promise<Place>;
  /** The same; undefined outside of a project. */
  findPlace(): Promise<Place | undefined>;
  /** The folder's project. Throws NOT_A_PROJECT. */
  project(): Promise<Project>;
  findProject(): Promise<Project | undefined>;
  /** Resolves the settings. Settings that need trust are asked about only with `askTrust`. */
  resolve(options?: { flags?: SettingSources["flags"]; askTrust?: boolean }): Promise<ResolvedSettings>;
  settings(): Promise<Settings>;
  /**
   * The host of that name (`local`: this machine); without a name, the host of new sessions. A remote host is connected at its
   * first call.
   */
  host(name?: string): Promise<SessionHost>;
  /** This machine, even if the configuration is broken: for `doctor`. */
  thisHost(): Promise<SessionHost>;
  /**
   * The scope of another folder: for a session that was named from outside its project.
   * @param onlyHost default: that of this scope
   */
  at(folder: string, onlyHost?: string): Scope;
}

export interface ScopeOptions {
  folder: string;
  onlyHost: string | undefined;
  cpus: number;
  makers: HostMakers;
  tell: (event: EventDraft) => void;
}

export interface OpenScope {
  scope: Scope;
  /** folders that `at` was called with, except the scope's own */
  visited: ReadonlySet<string>;
  /** Closes the connections to other machines. */
  close: () => void;
}

export function openScope(ctx: Context, options: ScopeOptions): OpenScope {
  const visited = new Set<string>();
  const opened: Promise<RemoteHost>[] = [];
  const shared: Shared = {
    ctx,
    options,
    onVisit: (folder) => visited.add(folder),
    onOpen: (host) => opened.push(host),
  };
  return {
    scope: scopeAt(shared, options.folder, options.onlyHost),
    visited,
    close: () => {
      for (const host of opened) void host.then((one) => one.close()).catch(() => undefined);
    },
  };
}

interface Shared {
  ctx: Context;
  options: ScopeOptions;
  onVisit(folder: string): void;
  onOpen(host: Promise<RemoteHost>): void;
}

function scopeAt(shared: Shared, folder: string, onlyHost: string | undefined): Scope {
  const { ctx, options } = shared;
  const place = once(async () => {
    if (folder === outside) throw new CoworkError("NOT_A_PROJECT", "No project is meant.", { hint: "name a project" });
    return await (await import("../project/find-place.ts")).findPlace(ctx, folder);
  });
  const project = once(async () => {
    const [{ readProject }, where] = await Promise.all([import("../project/find-project.ts"), place()]);
    return await readProject(ctx, where);
  });
  const findPlace = async (): Promise<Place | undefined> => await orUndefined(place);
  const findProject = async (): Promise<Project | undefined> => await orUndefined(project);
  const resolve: Scope["resolve"] = async ({ flags = {}, askTrust = false } = {}) => {
    const { readSettings } = await import("./settings.ts");
    // --host takes precedence over the setting HOST, as every flag does.
    const all = { HOST: onlyHost, ...flags };
    return await readSettings(ctx, await findPlace(), { flags: all, askTrust, cpus: options.cpus });
  };
  const settings = async (): Promise<Settings> => (await resolve()).settings;
  const thisHost = async (): Promise<SessionHost> => await options.makers.makeHost(ctx, findProject);
  const remotes = new Map<string, Promise<RemoteHost>>();
  const open = (name: string): Promise<RemoteHost> => {
    const made = options.makers.makeRemote(ctx, name, findProject);
    remotes.set(name, made);
    shared.onOpen(made);
    return made;
  };
  return {
    ctx,
    folder,
    onlyHost,
    tell: options.tell,
    place,
    findPlace,
    project,
    findProject,
    resolve,
    settings,
    host: async (name) => {
      const chosen = name ?? (await settings()).host ?? "local";
      return chosen === "local" ? await thisHost() : await (remotes.get(chosen) ?? open(chosen));
    },
    thisHost,
    at: (other, host = onlyHost) => {
      if (other !== options.folder) shared.onVisit(other);
      return scopeAt(shared, other, host);
    },
  };
}

async function orUndefined<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof CoworkError && error.code === "NOT_A_PROJECT") return undefined;
    throw error;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => await (made ??= make());
}
