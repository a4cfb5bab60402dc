import { routes, type RouteKey } from "../../contract/http/routes.ts";
import type { RouteContract } from "../../contract/http/route.ts";
import type { Call, Handlers } from "../route.ts";
import { authHandlers } from "./auth.ts";
import { eventHandlers } from "./events.ts";
import { mergingHandlers } from "./merging.ts";
import { operationHandlers } from "./operations.ts";
import { placeHandlers } from "./places.ts";
import { sessionHandlers } from "./sessions.ts";
import { workHandlers } from "./work.ts";

/** A route: what it takes and gives, and what it does. */
export interface Route extends RouteContract {
  key: RouteKey;
  method: "GET" | "POST" | "DELETE";
  /** below the API's base, parameters in braces */
  path: string;
  run(call: Call): Promise<unknown>;
}

// The compiler asks for a handler of every route, with that route's types.
const handlers: Handlers<RouteKey> = {
  ...authHandlers,
  ...sessionHandlers,
  ...workHandlers,
  ...mergingHandlers,
  ...operationHandlers,
  ...placeHandlers,
  ...eventHandlers,
};

/** Every route of the API. */
export const routeTable: readonly Route[] = (Object.keys(routes) as RouteKey[]).map((key) => {
  const [method, path = ""] = key.split(" ");
  const contract: RouteContract = routes[key];
  return { ...contract, key, method: method as Route["method"], path, run: handlers[key] };
});
