import type { Hono } from "hono";
import { apiBase } from "../contract/http/routes.ts";
import type { OpenScope, Scope } from "../app/scope.ts";
import { toCoworkError, usageError } from "../errors.ts";
import type { ZodMiniType } from "zod/mini";
import { readJson, requireNoBody } from "./door/body.ts";
import { dataHeaders, securityHeaders } from "./door/headers.ts";
import { HttpError, problemOf } from "./door/problem.ts";
import type { Pages } from "./page.ts";
import { isAllowed, type Call } from "./route.ts";
import { routeTable, type Route } from "./routes/table.ts";
import type { Caller, ServerState } from "./state.ts";

/** What a request comes with: the guard has let it in, and knows who sends it. */
export interface Bindings {
  /** undefined: without a token, for the page and for signing in */
  caller: Caller;
}

/** The server as a function from requests to answers; both listeners use it. */
export async function createServerApp(server: ServerState, pages: Pages): Promise<Hono<{ Bindings: Bindings }>> {
  const { Hono: Create } = await import("hono");
  const app = new Create<{ Bindings: Bindings }>({ strict: true });
  for (const route of routeTable) {
    const path = `${apiBase}${route.path}`.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(route.method, path, async (c) => {
      const params = c.req.param() as Record<string, string>;
      return await answer(server, route, { request: c.req.raw, params, caller: c.env.caller });
    });
  }
  app.on("GET", "*", async (c) => (await pages.answer(c.req.raw)) ?? (await refuse(server, c.req.raw)));
  app.all("*", async (c) => await refuse(server, c.req.raw));
  return app;
}

interface Incoming {
  request: Request;
  params: Record<string, string>;
  caller: Caller;
}

async function answer(server: ServerState, route: Route, { request, params, caller }: Incoming): Promise<Response> {
  const startedAt = performance.now();
  const open: OpenScope[] = [];
  const response = await (async () => {
    try {
      if (route.role !== "none" && !isAllowed(caller.role, route.role))
        throw new HttpError("ROLE_TOO_LOW", `This needs the role ${route.role}; this device has ${caller.role}.`);
      const query = Object.fromEntries(new URL(request.url).searchParams);
      if (route.input === undefined) requireNoBody(request);
      const call: Call = {
        params: checked(route.params, params, "The address"),
        query: checked(route.query, query, "The query"),
        input: route.input === undefined ? undefined : checked(route.input, await readJson(request), "The body"),
        caller,
        server,
        request,
        signal: request.signal,
        scope: async (): Promise<Scope> => {
          const opened = await server.open({ signal: request.signal });
          open.push(opened);
          return opened.scope;
        },
      } as Call;
      const value = await route.run(call);
      if (value instanceof Response) return value;
      if (route.output === undefined) return new Response(null, { status: 204, headers: headers() });
      return json(value, route.status ?? 200);
    } catch (error) {
      return failed(server, error, route.key);
    } finally {
      for (const one of open) one.close();
    }
  })();
  // Neither the query nor a body: they may hold what no one else should read.
  const ms = Math.round(performance.now() - startedAt);
  server.ctx.log(`serve: ${route.key} ${response.status} ${ms} ms ${caller.device?.id ?? caller.door}`);
  return response;
}

/** @throws USAGE */
function checked(schema: ZodMiniType | undefined, value: unknown, what: string): unknown {
  if (schema === undefined) return value;
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const where =
    issue === undefined || issue.path.length === 0 ? "" : ` (${issue.path.map(String).join(".").slice(0, 100)})`;
  throw usageError(`${what} is not valid${where}.`, "see docs/api.md");
}

function failed(server: ServerState, error: unknown, what: string): Response {
  const problem = problemOf(error);
  if (problem.status === 500) {
    const known = toCoworkError(error);
    server.ctx.log(`serve: ${what}: ${known.code}: ${known.message}\n${known.detail ?? known.stack ?? ""}`);
  }
  return json(problem, problem.status, "application/problem+json");
}

async function refuse(server: ServerState, request: Request): Promise<Response> {
  const path = new URL(request.url).pathname;
  const isKnown = routeTable.some((route) => pattern(route).test(path));
  const error = isKnown
    ? new HttpError("METHOD_WRONG", "This path has no such method.")
    : new HttpError("ROUTE_NOT_FOUND", "There is no such path.");
  return failed(server, error, "a path");
}

function pattern({ path }: Route): RegExp {
  const escaped = `${apiBase}${path}`.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${escaped}$`);
}

function json(value: unknown, status: number, type = "application/json; charset=utf-8"): Response {
  return new Response(JSON.stringify(value), { status, headers: { ...headers(), "Content-Type": type } });
}

function headers(): Record<string, string> {
  return { ...securityHeaders, ...dataHeaders };
}
