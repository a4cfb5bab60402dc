import type { Scope } from "../app/scope.ts";
import { roles, type Role } from "../contract/http/route.ts";
import type { RouteKey, Routes } from "../contract/http/routes.ts";
import type * as z from "zod/mini";
import { HttpError } from "./door/problem.ts";
import type { Caller, ServerState } from "./state.ts";

type Part<K extends RouteKey, P extends string> =
  Routes[K] extends Record<P, infer S extends z.ZodMiniType> ? z.output<S> : undefined;

/** A request that was let in, read and checked. */
export interface Call<K extends RouteKey = RouteKey> {
  params: Part<K, "params">;
  query: Part<K, "query">;
  input: Part<K, "input">;
  caller: Caller;
  server: ServerState;
  /** a scope outside of any project, closed after the answer */
  scope: () => Promise<Scope>;
  request: Request;
  /** aborted when the client is gone */
  signal: AbortSignal;
}

/** Answers the route: with data as the contract says, or with a response of its own if the route does not give JSON. */
export type Handler<K extends RouteKey> = (
  call: Call<K>,
) => Promise<
  Routes[K] extends { as: string }
    ? Response
    : Routes[K] extends { output: infer S extends z.ZodMiniType }
      ? z.input<S>
      : void
>;

export type Handlers<K extends RouteKey> = { [One in K]: Handler<One> };

export function isAllowed(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** For what a route's content asks for. @throws ROLE_TOO_LOW */
export function requireRole({ role }: Caller, needed: Role, what: string): void {
  if (!isAllowed(role, needed)) throw new HttpError("ROLE_TOO_LOW", `${what} needs the role ${needed}.`);
}

/** Who it was and through what, for the journal. */
export function whoIs({ device, door }: Caller): string {
  if (device === undefined) return door === "socket" ? "socket" : "api";
  return `page: ${device.name}`;
}
