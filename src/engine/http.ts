import { request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Endpoint } from "./endpoint.ts";
import { EngineStatus } from "./errors.ts";

/** No question of ours takes an engine that lives longer than this. */
const answerMs = 60_000;

/**
 * One GET to the engine without dockerode, whose import alone costs more than `cowork list` may take.
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
  const { status, body } = await get(endpoint, search.size === 0 ? path : `${path}?${search.toString()}`);
  if (status !== 200) throw new EngineStatus(status, messageOf(body) ?? `HTTP ${status}`);
  return JSON.parse(body);
}

function get(endpoint: Endpoint, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const tls = endpoint.tcp?.tls;
    const options: RequestOptions = { ...target(endpoint), path, method: "GET", timeout: answerMs };
    const send =
      tls === undefined
        ? httpRequest(options)
        : httpsRequest({ ...options, ...tls, rejectUnauthorized: !tls.skipVerify });
    send.on("timeout", () => send.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    send.on("error", reject);
    send.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    send.end();
  });
}

function target(endpoint: Endpoint): RequestOptions {
  if (endpoint.socketPath !== undefined) return { socketPath: endpoint.socketPath, host: "localhost" };
  return { host: endpoint.tcp?.host, port: endpoint.tcp?.port };
}

function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return body.trim() || undefined;
  }
}
