import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import type { OpenScope, Scope } from "../app/scope.ts";
import type { HostMakers } from "../app/host-makers.ts";
import { publicUrl } from "../app/serve/public-url.ts";
import type { EventDraft } from "../contract/events.ts";
import type { Changed } from "../contract/http/events.ts";
import type { ServeFile } from "../contract/http/files.ts";
import { CoworkError } from "../errors.ts";
import { ownCommand } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { writeFileAtomic } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";
import { createServerApp } from "./app.ts";
import { createCodes } from "./devices/codes.ts";
import { openDevices } from "./devices/devices.ts";
import { namesOf } from "./door/names.ts";
import { openFeed } from "./feed/feed.ts";
import { feedFromHosts, sharedRemotes, type KnownHosts } from "./hosts.ts";
import { idleWatch } from "./idle.ts";
import { createDoor, listenHere, type Answer } from "./listen.ts";
import { loadPages } from "./page.ts";
import { isAnswering, listenOnSocket, ownFolder } from "./socket.ts";
import type { ServerState } from "./state.ts";
import { watchOperations } from "./watch-operations.ts";

export interface ServeOptions {
  /** the context of the server itself: its signal ends it */
  ctx: Context;
  version: string;
  pid: number;
  port: number;
  /** only this port, or none */
  onlyPort: boolean;
  /** end after so long without anybody; undefined: never */
  idleMs: number | undefined;
  open(request: {
    signal: AbortSignal;
    tell: (event: EventDraft) => void;
    share: (makers: HostMakers) => HostMakers;
  }): Promise<OpenScope>;
  /** the notifier, which runs until the scope's signal fires; absent: none */
  notify?: (scope: Scope) => Promise<void>;
  onReady(file: ServeFile): void;
}

/** As long as a lock of a killed server lasts. */
const lockWaitMs = 8_000;

/**
 * Serves the HTTP API and the page until the context's signal fires, it is stopped, or it was idle for long enough. It owns
 * nothing: what it shows is on the disks and engines of the hosts. There is one for each home.
 * @throws BUSY if there is one, or no port is free; PERMISSION_DENIED
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { ctx } = options;
  ownFolder(ctx);
  if (await isAnswering(ctx.paths.serveSocket)) throw running();
  await withLock(ctx, "serve", { waitMs: lockWaitMs, what: "the server" }, async (signal) => {
    const end = new AbortController();
    await serveLocked(options, { ...ctx, signal: AbortSignal.any([signal, end.signal]) }, () => end.abort());
    // Lost, or interrupted from outside: that is not an error of the work.
    if (ctx.signal.aborted || end.signal.aborted) return;
    signal.throwIfAborted();
  });
}

async function serveLocked(options: ServeOptions, ctx: Context, stop: () => void): Promise<void> {
  const boot = randomBytes(8).toString("hex");
  const [devices, feed, pages, proxy] = await Promise.all([
    openDevices(ctx, boot),
    openFeed(ctx),
    loadPages(),
    publicUrl(ctx),
  ]);
  const remotes = sharedRemotes(ctx);
  const hosts: KnownHosts = new Map();
  const listeners = new Set<(changed: Changed) => void>();
  const idle = idleWatch(options.idleMs, () => server.streams.size > 0, stop);
  let port = options.port;
  const server: ServerState = {
    ctx,
    version: options.version,
    startedAt: ctx.clock.now().toISOString(),
    open: async ({ signal = ctx.signal, tell = () => undefined } = {}) =>
      await options.open({ signal: AbortSignal.any([signal, ctx.signal]), tell, share: remotes.share }),
    codes: createCodes(() => ctx.clock.now().getTime()),
    devices,
    feed,
    hosts,
    changed: (what, id) => {
      for (const listener of listeners) listener({ what, ...(id === undefined ? {} : { id }) });
    },
    onChanged: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    streams: new Map(),
    url: () => `http://cowork.localhost:${port}`,
    plainUrl: () => `http://127.0.0.1:${port}`,
    publicUrl: proxy,
    stop,
    touch: idle.touch,
  };
  const answer = await createAnswer(server, pages);
  const [tcp, socket] = [
    createDoor({ server, pages, names: () => namesOf(port, proxy), answer }),
    createDoor({ server, pages, names: () => undefined, answer }),
  ];
  const own = await server.open();
  const made: string[] = [];
  try {
    port = await listenHere(tcp, { port, only: options.onlyPort });
    await listenOnSocket(socket, ctx);
    made.push(ctx.paths.serveSocket, ctx.paths.serveFile);
    const { startedAt, version } = server;
    const file: ServeFile = { pid: options.pid, port, url: server.url(), startedAt, version };
    await writeFileAtomic(ctx.paths.serveFile, `${JSON.stringify(file, null, 1)}\n`, { mode: 0o600 });
    ctx.log(`serve: listens on port ${port}`);
    options.onReady(file);
    const notified = options
      .notify?.(own.scope)
      .catch((error: unknown) => ctx.log(`serve: notifier: ${String(error)}`));
    const following = feedFromHosts(own.scope, { feed, hosts, changed: server.changed });
    await Promise.all([following, notified, watchOperations(server), aborted(ctx.signal)]);
  } finally {
    idle.end();
    for (const door of [tcp, socket]) {
      door.close();
      door.closeAllConnections();
    }
    own.close();
    remotes.close();
    for (const path of made) rmSync(path, { force: true });
    await devices.flush().catch(() => undefined);
    await feed.close();
  }
}

async function createAnswer(server: ServerState, pages: Awaited<ReturnType<typeof loadPages>>): Promise<Answer> {
  const { getRequestListener } = await import("@hono/node-server");
  const app = await createServerApp(server, pages);
  const callers = new WeakMap<object, Parameters<Answer>[2]>();
  const listener = getRequestListener(
    async (request, env) => {
      const caller = callers.get(env.incoming);
      if (caller === undefined) throw new CoworkError("INTERNAL", "A request came in without having been looked at.");
      return await app.fetch(request, { caller });
    },
    { overrideGlobalObjects: false, hostname: "cowork" },
  );
  return (request, response, caller) => {
    callers.set(request, caller);
    Promise.resolve(listener(request, response)).catch(() => response.destroy());
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    signal.addEventListener("abort", () => done(), { once: true });
  });
}

function running(): CoworkError {
  return new CoworkError("BUSY", "The server of this home is running already.", {
    hint: [ownCommand("serve", "--status")],
  });
}
