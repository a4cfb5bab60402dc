import type { HostMakers, RemoteHost } from "../app/host-makers.ts";
import { followHosts, type HostListener } from "../app/serve/follow-hosts.ts";
import type { Scope } from "../app/scope.ts";
import type { HostState } from "../contract/http/places.ts";
import type { Context } from "../system/context.ts";
import type { Feed } from "./feed/feed.ts";
import type { ServerState } from "./state.ts";

export type KnownHosts = Map<string, Pick<HostState, "state" | "since" | "error">>;

/** Another machine may not be able to wait, and answers each second. */
const remotePaceMs = 10_000;

/** Brings what all hosts tell into the feed, until the context's signal fires. */
export async function feedFromHosts(
  scope: Scope,
  { feed, hosts, changed }: { feed: Feed; hosts: KnownHosts; changed: ServerState["changed"] },
): Promise<void> {
  const sessions = new Map<string, string>();
  const toldAt = new Map<string, number>();
  const now = (): string => scope.ctx.clock.now().toISOString();
  const listener: HostListener = {
    cursors: (host) => feed.cursors(host),
    take: async (host, events, known) => {
      await feed.append(host, events);
      feed.forget(host, known);
      const ids = Object.keys(known).toSorted().join(" ");
      const isOther = sessions.get(host) !== ids;
      sessions.set(host, ids);
      for (const id of new Set(events.map(({ sessionId }) => `${sessionId}@${host}`))) changed("sessions", id);
      // Something else than a history changed, or nothing for a while: an engine does not tell what it stopped.
      const isDue = host === "local" || Date.now() - (toldAt.get(host) ?? 0) > remotePaceMs;
      if (isOther || (events.length === 0 && isDue)) {
        toldAt.set(host, Date.now());
        changed("sessions");
      }
      if (events.some(({ type }) => type.startsWith("approval."))) changed("approvals");
    },
    onAnswer: (host, error) => {
      const state = error === undefined ? "reachable" : "unreachable";
      const before = hosts.get(host);
      if (before?.state === state) return;
      hosts.set(host, { state, since: now(), ...(error === undefined ? {} : { error }) });
      if (before !== undefined || error !== undefined) {
        changed("hosts");
        changed("sessions");
      }
    },
    onRemoved: (host) => {
      hosts.delete(host);
      changed("hosts");
    },
  };
  await followHosts(scope, listener);
}

/**
 * Lets requests share the connections to other machines: one for each host and project. They end with `ctx`, not with the request that
 * opened them.
 */
export function sharedRemotes(ctx: Context): { share: (makers: HostMakers) => HostMakers; close: () => void } {
  const open = new Map<string, Promise<RemoteHost>>();
  return {
    share: (makers) => ({
      ...makers,
      makeRemote: async (_, name, current) => {
        const root = (await current().catch(() => undefined))?.facts.root ?? "";
        const key = `${name} ${root}`;
        const made = open.get(key) ?? makers.makeRemote(ctx, name, current);
        open.set(key, made);
        made.catch(() => open.delete(key));
        // The request's scope must not close what others use.
        return Object.assign(Object.create(await made) as RemoteHost, { close: () => undefined });
      },
    }),
    close: () => {
      for (const made of open.values()) void made.then((host) => host.close()).catch(() => undefined);
    },
  };
}
