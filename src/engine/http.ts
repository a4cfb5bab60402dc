import { once } from "node:events";
import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Endpoint } from "./endpoint.ts";
import { refusal } from "./errors.ts";

/** No request of ours takes a working engine longer than this, in ms. */
const answerMs = 60_000;

/**
 * One GET to the engine without dockerode, whose import alone takes longer than starting Node.
 * @param query values other than strings are sent as JSON
 * Throws EngineStatus for any status but 200, and node's error if nothing answers.
 */
export async function getJson(
  endpoint: Endpoint,
  path: string,
  query: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    search.set(name, typeof value === "string" ? value : JSON.stringify(value));
  const whole = search.size === 0 ? path : `${path}?${search.toString()}`;
  const { status, text } = await ask(endpoint, { method: "GET", path: whole });
  if (status !== 200) throw refusal(status, text);
  return JSON.parse(text);
}

/** One POST. Returns the answer's JSON, undefined if it is empty. Throws like `getJson`, for any status but 2xx. */
export async function postJson(endpoint: Endpoint, path: string, body?: unknown): Promise<unknown> {
  const { status, text } = await ask(endpoint, { method: "POST", path }, body);
  if (status < 200 || status > 299) throw refusal(status, text);
  return text === "" ? undefined : JSON.parse(text);
}

/** A POST whose connection becomes the stream of a process inside. Throws like `getJson`. */
export async function postUpgrade(endpoint: Endpoint, path: string, body: unknown): Promise<Duplex> {
  const send = await open(endpoint, { method: "POST", path, headers: { Connection: "Upgrade", Upgrade: "tcp" } }, body);
  return await new Promise((resolve, reject) => {
    send.on("error", reject);
    send.on("upgrade", (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    send.on("response", (response) => {
      readAll(response).then((text) => reject(refusal(response.statusCode ?? 0, text)), reject);
    });
  });
}

/** One request; any status is an answer. Throws node's error if nothing answers. */
async function ask(
  endpoint: Endpoint,
  how: Pick<Question, "method" | "path">,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const send = await open(endpoint, { ...how, timeout: answerMs }, body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send.on("timeout", () => send.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    send.on("error", reject);
    send.on("response", resolve);
  });
  return { status: response.statusCode ?? 0, text: await readAll(response) };
}

interface Question {
  method: "GET" | "POST";
  path: string;
  timeout?: number;
  headers?: Readonly<Record<string, string>>;
}

async function open(endpoint: Endpoint, how: Question, body?: unknown): Promise<ClientRequest> {
  const text = body === undefined ? "" : JSON.stringify(body);
  const about = text === "" ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  const options: RequestOptions = { ...target(endpoint), ...how, headers: { ...about, ...how.headers } };
  const tls = endpoint.tcp?.tls;
  // Loaded only if needed: TLS is a tenth of what a quick command loads.
  const send =
    tls === undefined
      ? httpRequest(options)
      : (await import("node:https")).request({ ...options, ...tls, rejectUnauthorized: !tls.skipVerify });
  send.end(text);
  return send;
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(response, "end");
  return text;
}

function target(endpoint: Endpoint): RequestOptions {
  // Without an agent: Node would compute a name for TLS even here and keep the connection open, which costs `list` 2 ms.
  const { socketPath: path } = endpoint;
  if (path !== undefined)
    return {
      host: "localhost",
      createConnection: ({ timeout }) => connect({ path, ...(timeout ? { timeout } : {}) }),
    };
  return { host: endpoint.tcp?.host, port: endpoint.tcp?.port };
}
