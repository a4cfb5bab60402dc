import type * as z from "zod/mini";
import { authRoutes } from "./auth.ts";
import { eventRoutes } from "./events.ts";
import { mergingRoutes } from "./merging.ts";
import { operationRoutes } from "./operations.ts";
import { placeRoutes } from "./places.ts";
import type { RouteContract } from "./route.ts";
import { sessionRoutes } from "./sessions.ts";
import { workRoutes } from "./work.ts";

/** Where the API is. */
export const apiBase = "/api/v1";

/** Every route of the HTTP API, by method and path below `apiBase`. */
export const routes = {
  ...authRoutes,
  ...sessionRoutes,
  ...workRoutes,
  ...mergingRoutes,
  ...operationRoutes,
  ...placeRoutes,
  ...eventRoutes,
} as const satisfies Record<string, RouteContract>;

// Types for a client, which needs nothing of this at run time.

export type Routes = typeof routes;
export type RouteKey = keyof Routes;

type Part<K extends RouteKey, P extends string> =
  Routes[K] extends Record<P, infer S extends z.ZodMiniType> ? S : undefined;
type In<S> = S extends z.ZodMiniType ? z.input<S> : undefined;
type Out<S> = S extends z.ZodMiniType ? z.output<S> : undefined;

/** `{session: string}` of `/sessions/{session}` */
export type RouteParams<K extends RouteKey> = In<Part<K, "params">>;
export type RouteQuery<K extends RouteKey> = In<Part<K, "query">>;
export type RouteInput<K extends RouteKey> = In<Part<K, "input">>;
/** undefined: an empty answer, or one that is not JSON */
export type RouteOutput<K extends RouteKey> = Out<Part<K, "output">>;
