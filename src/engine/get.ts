import { answerMs } from "./answer-time.ts";
import { connect } from "node:net";
import type { Endpoint } from "./endpoint.ts";
import { refusal } from "./errors.ts";

/**
 * One GET to the engine without dockerode, whose import alone costs more than `cowork list` may take; over a local socket without
 * Node's own HTTP client as well, which is a tenth of that command.
 * @param query values that are no strings are sent as JSON
 * Throws EngineStatus for any status but 200, and what node throws when nothing answers.
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
  const quick = endpoint.socketPath === undefined ? undefined : await getOverSocket(endpoint.socketPath, whole);
  const { status, text } = quick ?? (await (await import("./http.ts")).ask(endpoint, { method: "GET", path: whole }));
  if (status !== 200) throw refusal(status, text);
  return JSON.parse(text);
}

interface Answer {
  status: number;
  text: string;
}

/**
 * In HTTP/1.0 the body ends with the connection and comes in one piece (RFC 1945, 7.2). Undefined for an answer in a form of
 * HTTP/1.1, which an engine that keeps to its word never gives.
 */
async function getOverSocket(socketPath: string, path: string): Promise<Answer | undefined> {
  const socket = connect(socketPath);
  const failed = (code: string): Error => Object.assign(new Error("no answer"), { code });
  socket.setTimeout(answerMs, () => socket.destroy(failed("ETIMEDOUT")));
  socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const end = all.indexOf("\r\n\r\n");
  const head = all.toString("latin1", 0, Math.max(end, 0));
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) throw failed("ECONNRESET");
  if (/^transfer-encoding:/im.test(head)) return undefined;
  const body = all.subarray(end + 4);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined && body.length < Number(length)) throw failed("ECONNRESET");
  return { status: Number(status), text: body.toString("utf8") };
}
