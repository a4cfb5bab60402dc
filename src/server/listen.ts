import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { apiBase } from "../contract/http/routes.ts";
import { httpErrors, type Problem } from "../contract/http/problem.ts";
import { CoworkError } from "../errors.ts";
import { ownCommand } from "../hint.ts";
import { dataHeaders, securityHeaders } from "./door/headers.ts";
import { guard, pathOf, type Verdict } from "./door/guard.ts";
import { HttpError, problemOf } from "./door/problem.ts";
import type { Names } from "./door/names.ts";
import type { Pages } from "./page.ts";
import { signInHint } from "./routes/auth.ts";
import type { Caller, ServerState } from "./state.ts";

/** Answers a request that was let in. */
export type Answer = (request: IncomingMessage, response: ServerResponse, caller: Caller) => void;

interface DoorOptions {
  server: ServerState;
  pages: Pages;
  /** undefined: the unix socket */
  names: () => Names | undefined;
  answer: Answer;
}

const exchangePath = `${apiBase}/auth/exchange`;

/** An HTTP server that looks at each request itself, requests and upgrades alike, before the framework sees it. */
export function createDoor(options: DoorOptions): Server {
  const { server, pages, names, answer } = options;
  const look = (request: IncomingMessage): Verdict => guard(request, names(), pages.has);
  const door = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 10_000 },
    (request, response) => {
      const verdict = look(request);
      if (verdict.refused !== undefined) {
        send(response, refusal(verdict));
        return;
      }
      const caller = callerOf(options, request, verdict);
      if (caller === undefined) {
        send(response, problemOf(new HttpError("SIGN_IN_REQUIRED", "Sign in first.", signInHint)));
        return;
      }
      server.touch();
      answer(request, response, caller);
    },
  );
  // There is nothing to upgrade to; without this, Node would take it for a plain request.
  door.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    // Node leaves the socket to us here: without a listener, a client that resets it would end the server.
    socket.on("error", () => undefined);
    const verdict = look(request);
    const caller = verdict.refused === undefined ? callerOf(options, request, verdict) : undefined;
    const status = verdict.refused !== undefined ? refusal(verdict).status : caller === undefined ? 401 : 404;
    socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  door.on("clientError", (_error: Error, socket: Duplex) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  // More than all streams and pages need.
  door.maxConnections = 512;
  return door;
}

/** Who sends it. Undefined: someone without a token, who may only get the page and sign in. */
function callerOf(
  { server, pages }: DoorOptions,
  request: IncomingMessage,
  verdict: Extract<Verdict, { door: unknown }>,
): Caller | undefined {
  const { door } = verdict;
  const peer = request.socket.remoteAddress ?? "socket";
  if (door === "socket") return { door, role: "full", peer };
  const [path, method = ""] = [pathOf(request.url ?? ""), request.method];
  const [, token] = /^Bearer ([\w-]{1,200})$/.exec(request.headers.authorization ?? "") ?? [];
  const device = token === undefined ? undefined : server.devices.find(token, door);
  if (device !== undefined) return { door, role: device.role, device, peer };
  const isOpen = pages.has(path, method) || (path === exchangePath && method === "POST");
  return isOpen ? { door, role: "view", peer } : undefined;
}

function refusal(verdict: Extract<Verdict, { refused: unknown }>): Problem {
  if (verdict.refused !== "TARGET_INVALID") return problemOf(new HttpError(verdict.refused, verdict.why));
  return { type: "about:blank", title: verdict.why, status: 400, code: "USAGE" };
}

function send(response: ServerResponse, problem: Problem): void {
  const signIn = problem.status === httpErrors.SIGN_IN_REQUIRED.status ? { "WWW-Authenticate": "Bearer" } : {};
  // The rest of a body is not read.
  const headers = { ...securityHeaders, ...dataHeaders, ...signIn, Connection: "close" };
  response.writeHead(problem.status, { ...headers, "Content-Type": "application/problem+json" });
  response.end(JSON.stringify(problem));
}

const triedPorts = 20;

function mayNotListen(port: number): CoworkError {
  const message = `Port ${port} of this machine needs root: programs of other users listen on ports from 1024 on.`;
  return new CoworkError("PERMISSION_DENIED", message, { hint: [ownCommand("serve", "--port", "7400")] });
}

/**
 * Listens on this machine's own address, on the first free port from `port` on; on that port alone with `only`.
 * @returns the port
 * @throws BUSY, PERMISSION_DENIED
 */
export async function listenHere(door: Server, { port, only }: { port: number; only: boolean }): Promise<number> {
  for (let tried = port; tried < port + (only ? 1 : triedPorts) && tried < 65_536; tried += 1) {
    const found = await new Promise<number | undefined>((done, fail) => {
      const refused = (error: NodeJS.ErrnoException): void => {
        if (error.code === "EADDRINUSE") done(undefined);
        else if (error.code === "EACCES") fail(mayNotListen(tried));
        else fail(error);
      };
      door.once("error", refused);
      door.listen({ port: tried, host: "127.0.0.1", exclusive: true }, () => {
        door.off("error", refused);
        done((door.address() as AddressInfo).port);
      });
    });
    if (found !== undefined) return found;
  }
  throw new CoworkError("BUSY", `Port ${port} of this machine is in use.`, {
    hint: [ownCommand("serve", "--port", "7400")],
  });
}
