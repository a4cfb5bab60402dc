import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readAsset } from "../../../src/assets.ts";
import type { FeedEvent } from "../../../src/contract/http/events.ts";
import { securityHeaders } from "../../../src/server/door/headers.ts";
import { emptyWorld, type World } from "./world.ts";

// A server that answers by the contract from plain data, for what no real session can be made to say or to be.

export interface FakeServer {
  port: number;
  url: string;
  world: World;
  /** requests with a body, as `POST /sessions {…}` */
  posts: string[];
  /** sends an event to all streams */
  tell: (event: FeedEvent) => void;
  /** sends the frame `changed` */
  changed: (what: string) => void;
  /** breaks all connections and refuses new ones */
  break: () => Promise<void>;
  restore: () => Promise<void>;
  stop: () => Promise<void>;
}

interface Asset {
  content: Uint8Array;
  type: string;
}

export async function startFakeServer(change: Partial<World> = {}): Promise<FakeServer> {
  const assets = await readPage();
  const world = { ...emptyWorld(), ...change };
  const streams = new Set<ServerResponse>();
  const posts: string[] = [];
  let server = createServer((request, response) => void answer(request, response));
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://cowork.localhost");
    const asset = assets.get(pathname);
    if (asset !== undefined) {
      response.writeHead(200, { ...securityHeaders, "Content-Type": asset.type }).end(asset.content);
      return;
    }
    const path = pathname.replace("/api/v1", "");
    const body = await bodyOf(request);
    if (request.method !== "GET") posts.push(`${request.method} ${path} ${body}`);
    if (path === "/stream") {
      response.writeHead(200, { ...securityHeaders, "Content-Type": "text/event-stream" });
      response.write(frame("ready", { feed: "f", last: world.events.at(-1)?.seq ?? 0 }));
      streams.add(response);
      response.on("close", () => streams.delete(response));
      return;
    }
    const isKnown = path === "/auth/exchange" || request.headers.authorization === "Bearer token";
    const { status, value } = isKnown ? world.answer(request.method ?? "GET", path, searchParams, body) : signIn;
    response.writeHead(status, {
      ...securityHeaders,
      "Content-Type": status < 400 ? "application/json" : "application/problem+json",
    });
    response.end(value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
  };
  let port = await listen(server, 0);
  const closeAll = async (): Promise<void> => {
    streams.clear();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port,
    url: `http://cowork.localhost:${port}`,
    world,
    posts,
    tell: (event) => {
      world.events.push(event);
      for (const stream of streams) stream.write(`id: f:${event.seq}\n${frame("event", event)}`);
    },
    changed: (what) => {
      for (const stream of streams) stream.write(frame("changed", { what }));
    },
    break: closeAll,
    restore: async () => {
      server = createServer((request, response) => void answer(request, response));
      port = await listen(server, port);
    },
    stop: closeAll,
  };
}

const signIn = {
  status: 401,
  value: {
    type: "about:blank",
    title: "Sign in first.",
    status: 401,
    code: "SIGN_IN_REQUIRED",
    hint: "Run cowork ui to sign in again",
  },
};

const frame = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

async function readPage(): Promise<Map<string, Asset>> {
  const text = Buffer.from(await readAsset("web/pages.json")).toString();
  const pages = JSON.parse(text) as Record<string, { asset: string; type: string }>;
  const read = Object.entries(pages).map(async ([path, { asset, type }]): Promise<[string, Asset]> => {
    return [path, { content: await readAsset(asset), type }];
  });
  return new Map(await Promise.all(read));
}
