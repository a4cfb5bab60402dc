import type { Problem } from "../../contract/http/problem.ts";
import type { RouteInput, RouteKey, RouteOutput, RouteParams, RouteQuery } from "../../contract/http/routes.ts";
import { isOnline, signedOut } from "../state/connection.ts";
import { forgetToken, readToken } from "./token.ts";

const base = "/api/v1";

/** What a request fails with: the server's own words, or that it does not answer. */
export class CallError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = "CallError";
    this.code = code;
    this.hint = hint;
  }
}

/** The parts of a request that a route has, and none that it has not. */
export type Parts<K extends RouteKey> = (undefined extends RouteParams<K>
  ? { params?: undefined }
  : { params: RouteParams<K> }) & {
  query?: RouteQuery<K>;
  input?: RouteInput<K>;
  signal?: AbortSignal;
};

/**
 * Calls a route of the API.
 * @throws CallError; `SIGN_IN_REQUIRED` also shows the page that says how to sign in
 */
export async function call<K extends RouteKey>(key: K, parts: Parts<K>): Promise<RouteOutput<K>> {
  const response = await send(key, parts);
  return (response.status === 204 ? undefined : await response.json()) as RouteOutput<K>;
}

/** The answer as it is, for files. @throws as `call` */
export async function send<K extends RouteKey>(key: K, parts: Parts<K>): Promise<Response> {
  const [method = "GET", path = ""] = key.split(" ");
  const { input, signal } = parts;
  const response = await request(addressOf(path, parts), {
    method,
    headers: { ...authorization(), ...(method === "GET" ? {} : { "Content-Type": "application/json" }) },
    ...(method === "GET" ? {} : { body: JSON.stringify(input ?? {}) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return response;
  const error = await problemOf(response);
  if (response.status === 401 && error.code === "SIGN_IN_REQUIRED") {
    forgetToken();
    signedOut.value = true;
  }
  throw error;
}

/** The header that says who asks; none before the sign-in. */
export function authorization(): Record<string, string> {
  const token = readToken();
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** Pauses before a question is asked again that got no answer, in ms. */
const pauses = [150, 600];

/**
 * A browser breaks all its connections when a network of the machine comes or goes, as those of containers do: what changes nothing is
 * asked again.
 * @throws CallError with `OFFLINE` if the server does not answer
 */
async function request(
  address: string,
  init: RequestInit,
  again = init.method === "GET" ? pauses : [],
): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const [pause, ...rest] = again;
    if (pause !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      return await request(address, init, rest);
    }
    isOnline.value = false;
    throw new CallError("OFFLINE", "cowork does not answer.", "It may have ended: run cowork ui");
  }
}

async function problemOf(response: Response): Promise<CallError> {
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new CallError(body.code ?? "INTERNAL", body.title ?? `The server answered ${response.status}.`, body.hint);
}

function addressOf(path: string, { params, query }: { params?: unknown; query?: unknown }): string {
  const values = (params ?? {}) as Record<string, string>;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const pairs = Object.entries((query ?? {}) as Record<string, string | undefined>).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "",
  );
  return `${base}${filled}${pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`}`;
}
