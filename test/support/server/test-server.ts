import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createContext } from "../../../src/app/create-context.ts";
import { openScope, outside } from "../../../src/app/scope.ts";
import type { Me, SignInLink } from "../../../src/contract/http/auth.ts";
import type { ServeFile } from "../../../src/contract/http/files.ts";
import type { Role } from "../../../src/contract/http/route.ts";
import { CoworkError } from "../../../src/errors.ts";
import { serve, type ServeOptions } from "../../../src/server/serve.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { Context } from "../../../src/system/context.ts";
import { fakeHost } from "../fakes/fake-host.ts";
import { temporaryFolder } from "../home/temporary-folder.ts";

/** A server in this process on real sockets, with fake hosts behind it. */
export interface TestServer {
  ctx: Context;
  port: number;
  /** lines of its log */
  log: string[];
  /** Signs a device in. */
  signIn(role: Role): Promise<{ token: string; me: Me }>;
  /** Calls the API on 127.0.0.1; the path is below `/api/v1`. */
  call(line: string, options?: CallOptions): Promise<Answer>;
  /** The same over the unix socket. */
  socket(line: string, body?: unknown): Promise<Answer>;
  /** Sends these very bytes, and reads until the connection ends or the head and `Content-Length` are there. */
  raw(text: string): Promise<string>;
  /** Ends it as `cowork serve --stop` does. */
  stop(): Promise<void>;
}

interface CallOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what it is, the test says
  body: any;
}

export interface TestServerOptions {
  hosts?: Record<string, Partial<SessionHost>>;
  /** a home that an earlier server of the test has used */
  home?: string;
  options?: Partial<ServeOptions>;
}

/** Writes the result of an operation at once, in place of doing it. */
const jobInstead = `require("fs").writeFileSync(process.argv.at(-1) + "/result.json", JSON.stringify({ value: { outcomes: [] } }))`;

export const nothingNew = async (): Promise<{ events: []; cursors: Record<string, number>; more: false }> => ({
  events: [],
  cursors: {},
  more: false,
});

export async function testServer({
  hosts = {},
  home: given,
  options = {},
}: TestServerOptions = {}): Promise<TestServer> {
  const home = given ?? join(await temporaryFolder(), ".cowork");
  await mkdir(home, { recursive: true });
  const added = Object.keys(hosts).filter((name) => name !== "local");
  const entries = added.map((name) => [name, { destination: name }] as const);
  await writeFile(join(home, "hosts.json"), JSON.stringify(Object.fromEntries(entries)));
  const end = new AbortController();
  const log: string[] = [];
  const makeContext = (signal: AbortSignal): Context =>
    createContext({
      home,
      env: { PATH: process.env["PATH"], HOME: home, COWORK_HOME: home },
      identity: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, username: "person", homedir: home },
      node: { path: process.execPath, version: process.versions.node },
      self: [process.execPath, "-e", jobInstead],
      signal,
      report: () => undefined,
      onLog: (line) => log.push(line),
      makeQuestions: () => ({ ask: async () => null, askSecret: async () => undefined }),
    });
  const ctx = makeContext(end.signal);
  const open = (name: string): SessionHost => {
    const answers = hosts[name] ?? (name === "local" ? {} : undefined);
    if (answers === undefined) throw new CoworkError("HOST_UNREACHABLE", `${name} is not in reach.`);
    return fakeHost({
      events: nothingNew,
      list: async () => [],
      approvals: async () => [],
      runs: async () => [],
      claims: async () => [],
      ...answers,
    }).host;
  };
  const ready = Promise.withResolvers<ServeFile>();
  const served = serve({
    ctx,
    version: "0.0.0",
    pid: process.pid,
    port: 20_000 + Math.floor(Math.random() * 20_000),
    onlyPort: false,
    idleMs: undefined,
    open: async ({ signal, tell, share }) => {
      const makers = share({
        makeHost: async () => open("local"),
        makeRemote: async (_, name) => Object.assign(open(name), { close: () => undefined }),
      });
      return openScope(makeContext(signal), { folder: outside, onlyHost: undefined, cpus: 2, makers, tell });
    },
    onReady: ready.resolve,
    ...options,
  });
  served.catch(ready.reject);
  const stop = async (): Promise<void> => {
    end.abort();
    await served;
  };
  onTestFinished(async () => await stop().catch(() => undefined));
  const { port } = await ready.promise;
  const base = `http://127.0.0.1:${port}`;
  const call: TestServer["call"] = async (line, { token, body, headers = {} } = {}) => {
    const [method = "GET", path = ""] = line.split(" ");
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  };
  const socket: TestServer["socket"] = async (line, body) => {
    const [method = "GET", path = ""] = line.split(" ");
    const text = body === undefined ? "" : JSON.stringify(body);
    const type = body === undefined ? "" : "Content-Type: application/json\r\n";
    const head = `${method} /api/v1${path} HTTP/1.1\r\nHost: cowork\r\nConnection: close\r\n${type}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
    return readAnswer(await exchange(ctx.paths.serveSocket, head + text));
  };
  const signIn: TestServer["signIn"] = async (role) => {
    const link = (await socket("POST /devices/links", { role })).body as SignInLink;
    const code = link.url.split("#code=")[1];
    return (await call("POST /auth/exchange", { body: { code, name: `a ${role}` } })).body as { token: string; me: Me };
  };
  const raw = async (text: string): Promise<string> => await exchange(port, text);
  return { ctx, port, log, signIn, call, socket, raw, stop };
}

async function exchange(to: string | number, text: string): Promise<string> {
  return await new Promise((done) => {
    const socket = typeof to === "number" ? connect(to, "127.0.0.1") : connect(to);
    let answer = "";
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("close", () => done(answer)).on("error", () => done(answer));
    socket.write(text);
  });
}

function readAnswer(text: string): Answer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head) ?? [];
  const pairs = head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(": ", 2) as [string, string]);
  const headers = new Headers(pairs);
  const body = rest.join("\r\n\r\n");
  const whole = headers.get("transfer-encoding") === "chunked" ? unchunk(body) : body;
  return { status: Number(status), headers, body: parse(Buffer.from(whole, "latin1").toString("utf8")) };
}

function unchunk(text: string): string {
  let [whole, left] = ["", text];
  for (;;) {
    const end = left.indexOf("\r\n");
    const size = Number.parseInt(left.slice(0, end), 16);
    if (!(size > 0)) return whole;
    whole += left.slice(end + 2, end + 2 + size);
    left = left.slice(end + 2 + size + 2);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
