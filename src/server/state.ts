import type { OpenScope } from "../app/scope.ts";
import type { Changed } from "../contract/http/events.ts";
import type { Role } from "../contract/http/route.ts";
import type { HostState } from "../contract/http/places.ts";
import type { StoredDevice } from "../contract/http/files.ts";
import type { EventDraft } from "../contract/events.ts";
import type { Context } from "../system/context.ts";
import type { Codes } from "./devices/codes.ts";
import type { Devices } from "./devices/devices.ts";
import type { Door } from "./door/names.ts";
import type { Feed } from "./feed/feed.ts";

/** Who sends a request. */
export interface Caller {
  door: Door;
  role: Role;
  /** absent: over the unix socket, so the user on this machine */
  device?: StoredDevice;
  /** for the limit on wrong codes */
  peer: string;
}

/** What is only of this process: the files are the truth, and another server shows the same. */
export interface ServerState {
  ctx: Context;
  version: string;
  startedAt: string;
  /** A scope for one request, outside of any project. It asks no one. */
  open(options?: { signal?: AbortSignal; tell?: (event: EventDraft) => void }): Promise<OpenScope>;
  codes: Codes;
  devices: Devices;
  feed: Feed;
  /** what is known of the hosts, from following them */
  hosts: ReadonlyMap<string, Pick<HostState, "state" | "since" | "error">>;
  /** Tells open pages to ask again. */
  changed: (what: Changed["what"], id?: string) => void;
  /** Returns a function that ends this. */
  onChanged: (listener: (changed: Changed) => void) => () => void;
  /** streams that are open now, by device (`socket`: the unix socket) */
  streams: Map<string, number>;
  /** the address of the page, without a code */
  url: () => string;
  /** the same for browsers that do not resolve cowork.localhost; undefined: behind PUBLIC_URL */
  plainUrl: () => string;
  publicUrl: URL | undefined;
  /** Ends the server. */
  stop: () => void;
  /** Something was asked for: the server is not idle. */
  touch: () => void;
}
