import type { ResolvedSettings, SettingSources } from "../config/resolve.ts";
import type { Settings } from "../config/types.ts";
import { CoworkError } from "../errors.ts";
import type { Place } from "../project/find-place.ts";
import type { Project } from "../project/types.ts";
import type { HostPart } from "../session/host-part.ts";
import type { Context } from "../system/context.ts";
import type { Progress } from "../ui/progress.ts";
import type { Terminal } from "../ui/terminal.ts";
import type { Caller } from "./caller.ts";
import type { GlobalValues } from "./command.ts";

/** What a command has at hand besides its own flags. Everything is made when it is first asked for, and once. */
export interface App {
  terminal: Terminal;
  caller: Caller;
  globals: GlobalValues;
  now(): Date;
  /** Progress as live lines (`live`), as plain lines only, or not at all. To be called before `context`. */
  show(how: "live" | "lines"): Promise<Progress>;
  /** `--trust` of this command: to be called before `context`. */
  trust(given: boolean): void;
  /** The work ends when nobody reads stdout any more (`logs -f | head`): to be called before `context`. */
  endWithOutput(): AbortSignal;
  context(): Promise<Context>;
  /**
   * The same command as if it had been called in another folder: for a session that was named from elsewhere.
   * @param host in the place of `--host`
   */
  at(folder: string, host?: string): App;
  /** the folders that `at` went to, but for the one that cowork was called in */
  visited: ReadonlySet<string>;
  /** Where cowork was called: enough to say whose sessions are meant. Throws NOT_A_PROJECT. */
  place(): Promise<Place>;
  /** The project that cowork was called in. Throws NOT_A_PROJECT. */
  project(): Promise<Project>;
  /** The same, undefined outside of one. */
  findProject(): Promise<Project | undefined>;
  /** What is configured. What only counts after the trust question is asked for with `askTrust` only. */
  resolve(options?: { flags?: SettingSources["flags"]; askTrust?: boolean }): Promise<ResolvedSettings>;
  settings(): Promise<Settings>;
  /**
   * The host's part on the host of that name (`local`: this machine); without a name on the one that new sessions go to. A
   * remote one is connected to when it is first asked something.
   */
  host(name?: string): Promise<HostPart>;
  /** This host's part, whatever the configuration says and however broken it is: for `doctor`. */
  thisHost(): Promise<HostPart>;
  /** Prints the command's one JSON value; gives 0, the exit code. */
  json(value: unknown): 0;
  /** Gives the terminal back, whatever the command did. */
  stop(): void;
}

/** Makes the parts; tests hand in their own for some. */
export interface AppParts {
  makeContext(
    caller: Caller,
    terminal: Terminal,
    options: { progress: Progress; trust: boolean; verbose: boolean },
  ): Promise<Context>;
  makeHost(ctx: Context, current: () => Promise<Project | undefined>): Promise<HostPart>;
  makeRemote(
    ctx: Context,
    name: string,
    here: { current: () => Promise<Project | undefined>; program: Caller["program"] },
  ): Promise<HostPart & { close(): void }>;
}

export const realParts: AppParts = {
  makeContext: async (...args) => await (await import("./context.ts")).makeContext(...args),
  makeHost: async (ctx, current) => {
    const [{ createLocalHost }, { createLocalUser }] = await Promise.all([
      import("../session/local-host.ts"),
      import("../session/user-side.ts"),
    ]);
    return createLocalHost(ctx, createLocalUser(ctx, current));
  },
  makeRemote: async (ctx, name, { current, program }) => {
    const [{ openRemoteHost }, { createLocalUser }] = await Promise.all([
      import("../remote/open.ts"),
      import("../session/user-side.ts"),
    ]);
    // A host is told of the project that the command was called in, and of no other.
    const user = createLocalUser(ctx, current, { others: false });
    const source = async () => {
      const project = await current();
      if (project === undefined) throw new CoworkError("NOT_A_PROJECT", "This is no project.");
      return project.source;
    };
    const begin = async (names: readonly string[]) => {
      const { beginOnHost } = await import("./remote-index.ts");
      return await beginOnHost(ctx, await current(), name, names);
    };
    return openRemoteHost(ctx, { name, user, source, program, begin });
  },
};

export function createApp(caller: Caller, terminal: Terminal, globals: GlobalValues, parts: AppParts): App {
  let progress: Progress | undefined;
  let trust = false;
  let { signal } = caller;
  const silent: Progress = { report: () => {}, pauseFor: async (work) => await work(), stop: () => {} };
  const context = once(
    async () =>
      await parts.makeContext({ ...caller, signal }, terminal, {
        progress: progress ?? silent,
        trust,
        verbose: globals.verbose,
      }),
  );
  const remotes: Promise<{ close(): void }>[] = [];
  const placed = (cwd: () => string, own: GlobalValues): Placed => {
    const made = placedApp({ caller: { ...caller, cwd }, globals: own, parts, context });
    return { ...made, host: async (name) => await made.host(name, (opened) => remotes.push(opened)) };
  };
  const visited = new Set<string>();
  const app: App = {
    terminal,
    caller,
    globals,
    now: () => new Date(),
    show: async (how) => {
      const { createProgress } = await import("../ui/progress.ts");
      const now = (): number => performance.now();
      progress = await createProgress(how === "live" ? terminal : { ...terminal, isLive: false }, now);
      return progress;
    },
    trust: (given) => {
      trust = given;
    },
    endWithOutput: () => {
      const gone = whenUnread(caller);
      signal = AbortSignal.any([caller.signal, gone]);
      return gone;
    },
    context,
    visited,
    at: (folder, host = globals.host) => {
      const own = { ...globals, host };
      if (folder !== caller.cwd()) visited.add(folder);
      return { ...app, globals: own, ...placed(() => folder, own) };
    },
    ...placed(() => caller.cwd(), globals),
    json: (value) => {
      terminal.out(JSON.stringify(value, null, 2));
      return 0;
    },
    stop: () => {
      progress?.stop();
      for (const made of remotes) void made.then((host) => host.close()).catch(() => undefined);
    },
  };
  return app;
}

/** What hangs on the folder that cowork is called in. */
type Placed = Pick<App, "place" | "project" | "findProject" | "resolve" | "settings" | "host" | "thisHost">;

interface Placing {
  caller: Caller;
  globals: GlobalValues;
  parts: AppParts;
  context: App["context"];
}

function placedApp({ caller, globals, parts, context }: Placing): Omit<Placed, "host"> & {
  host(name: string | undefined, opened: (host: Promise<{ close(): void }>) => void): Promise<HostPart>;
} {
  const place = once(async () => {
    const [{ findPlace }, ctx] = await Promise.all([import("../project/find-place.ts"), context()]);
    return await findPlace(ctx, caller.cwd());
  });
  const project = once(async () => {
    const [{ readProject }, ctx, where] = await Promise.all([import("../project/find-project.ts"), context(), place()]);
    return await readProject(ctx, where);
  });
  const orUndefined = async <T>(find: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await find();
    } catch (error) {
      if (error instanceof CoworkError && error.code === "NOT_A_PROJECT") return undefined;
      throw error;
    }
  };
  const findProject = async (): Promise<Project | undefined> => await orUndefined(project);
  const resolve: App["resolve"] = async ({ flags = {}, askTrust = false } = {}) => {
    const { readSettings } = await import("./settings.ts");
    // --host local stands above a HOST of the configuration, as every flag does.
    const all = { HOST: globals.host, ...flags };
    return await readSettings(await context(), await orUndefined(place), { flags: all, askTrust, cpus: caller.cpus });
  };
  const settings = async (): Promise<Settings> => (await resolve()).settings;
  const thisHost = async (): Promise<HostPart> => await parts.makeHost(await context(), findProject);
  const remotes = new Map<string, Promise<HostPart & { close(): void }>>();
  const open = (name: string): Promise<HostPart & { close(): void }> => {
    const made = context().then((ctx) =>
      parts.makeRemote(ctx, name, { current: findProject, program: caller.program }),
    );
    remotes.set(name, made);
    return made;
  };
  return {
    place,
    project,
    findProject,
    resolve,
    settings,
    host: async (name, opened) => {
      const meant = name ?? (await settings()).host ?? "local";
      if (meant === "local") return await thisHost();
      const known = remotes.get(meant);
      if (known !== undefined) return await known;
      const made = open(meant);
      opened(made);
      return await made;
    },
    thisHost,
  };
}

function whenUnread({ streams }: Caller): AbortSignal {
  const controller = new AbortController();
  streams.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") controller.abort();
  });
  return controller.signal;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => await (made ??= make());
}
