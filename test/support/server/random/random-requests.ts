import { setTimeout as delay } from "node:timers/promises";
import type { Socket } from "node:net";
import * as z from "zod/mini";
import { roles, type Role } from "../../../../src/contract/http/route.ts";
import { routeTable, type Route } from "../../../../src/server/routes/table.ts";
import { generator } from "../../git/random.ts";
import { planRequest, type Chance, type Known, type Planned } from "./plan.ts";
import { misbehave, send, type Heard } from "./send.ts";

/** They end what the other requests need: the token, or the connections of the server. */
const left = ["POST /auth/sign-out", "POST /stop"];
/** Connections of broken clients that are kept open. */
const mostOpen = 40;

export interface RandomRequests {
  port: number;
  tokens: Readonly<Record<Role, string>>;
  known: Known;
  seed: number;
  /** called before each request: false ends it */
  goOn: (step: number) => boolean;
}

/**
 * Sends requests of all routes and roles with bodies that are valid or nearly so, and lets broken and slow clients connect meanwhile.
 * @returns what was wrong, one line each
 */
export async function randomRequests({ port, tokens, known, seed, goOn }: RandomRequests): Promise<string[]> {
  const random = generator(seed);
  const chance: Chance = { random, pick: (values) => values[Math.floor(random() * values.length)]! };
  const routes = routeTable.filter(({ key }) => !left.includes(key));
  const wrong: string[] = [];
  const sockets: Socket[] = [];
  const host = `127.0.0.1:${port}`;
  try {
    for (let step = 0; goOn(step); step += 1) {
      if (random() < 0.15) {
        sockets.push(await misbehave(port, tokens[chance.pick(roles)], chance));
        if (sockets.length > mostOpen) sockets.shift()?.destroy();
        continue;
      }
      const planned = planRequest(routes, known, chance);
      const own = planned.role === "none" ? {} : { Authorization: `Bearer ${tokens[planned.role]}` };
      const heard = await send({ ...planned, port, headers: { Host: host, ...own, ...planned.headers } });
      const problem = heard === undefined ? undefined : wrongWith(planned, heard);
      if (problem === undefined) continue;
      const { role, method, target, body = "" } = planned;
      wrong.push(`seed ${seed}, step ${step}: ${role} ${method} ${target} ${body.slice(0, 300)}: ${problem}`);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    await delay(100);
  }
  return wrong;
}

function wrongWith({ route, role, method }: Planned, { status, headers, text }: Heard): string | undefined {
  const isSuccess = status < 400;
  const isOther = method !== route.method && !(method === "HEAD" && route.method === "GET");
  if (isSuccess && isOther && !hasRoute(route, method)) return `${status} for a method that the path does not have`;
  if (isSuccess && !isOther && !mayCall(role, route)) return `${status} for a role that may not`;
  if (headers["access-control-allow-origin"] !== undefined) return "it allows other origins";
  if (headers["set-cookie"] !== undefined) return "it sets a cookie";
  if (headers["x-content-type-options"] !== "nosniff" && status !== 400)
    return `${status} without the security headers`;
  if (method === "HEAD") return undefined;
  if (!isSuccess) return wrongProblem(route, status, text);
  if (isOther || route.output === undefined || route.as !== undefined) return undefined;
  const found = z.safeParse(route.output, JSON.parse(text));
  return found.success ? undefined : `not what the contract says: ${JSON.stringify(found.error.issues).slice(0, 300)}`;
}

/** A refusal says why. One of 500 and more is only right if the route says that it can happen. */
function wrongProblem({ errors }: Route, status: number, text: string): string | undefined {
  if (status < 500)
    return text === "" || text.includes('"code"') ? undefined : `${status} without a code: ${text.slice(0, 200)}`;
  const { code = "" } = JSON.parse(text) as { code?: string };
  return (errors as readonly string[]).includes(code) ? undefined : `${status} ${text.slice(0, 500)}`;
}

function mayCall(role: Planned["role"], route: Route): boolean {
  if (route.role === "none") return true;
  return role !== "none" && roles.indexOf(role) >= roles.indexOf(route.role);
}

function hasRoute({ path }: Route, method: string): boolean {
  return routeTable.some((one) => one.path === path && one.method === method);
}
