import { request } from "node:http";
import type { Problem } from "../contract/http/problem.ts";
import { apiBase, type RouteInput, type RouteKey, type RouteOutput } from "../contract/http/routes.ts";
import { parseJson } from "../contract/common.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";

// The command line's side: it speaks to the server of its own home over the unix socket, and needs no token there.

type Plain = { [K in RouteKey]: K extends `${string}{${string}` ? never : K }[RouteKey];

export interface Asked<K extends Plain> {
  key: K;
  input?: RouteInput<K>;
  timeoutMs?: number;
}

/**
 * @returns undefined if no server runs
 * @throws the error that it answers; INTERRUPTED if it ends before it has answered, TIMEOUT
 */
export async function askServer<K extends Plain>(
  { paths }: Pick<Context, "paths">,
  { key, input, timeoutMs = 10_000 }: Asked<K>,
): Promise<{ answer: RouteOutput<K> } | undefined> {
  const text = await send(paths.serveSocket, key, {
    body: input === undefined ? undefined : JSON.stringify(input),
    timeoutMs,
  });
  return text === undefined ? undefined : { answer: parseJson(text) as RouteOutput<K> };
}

/** The same for a path with parameters, e.g. `DELETE /devices/0a1b`. */
export async function sendToServer({ paths }: Pick<Context, "paths">, line: string): Promise<boolean> {
  return (await send(paths.serveSocket, line, { body: undefined, timeoutMs: 10_000 })) !== undefined;
}

async function send(
  socketPath: string,
  line: string,
  { body, timeoutMs }: { body: string | undefined; timeoutMs: number },
): Promise<string | undefined> {
  const [method, path = ""] = line.split(" ");
  const headers =
    body === undefined ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  return await new Promise((done, fail) => {
    const asked = request(
      { socketPath, method, path: `${apiBase}${path}`, headers: { Host: "cowork", ...headers }, timeout: timeoutMs },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", () => fail(endedEarly()));
        response.on("end", () => {
          if ((response.statusCode ?? 500) < 400) done(text);
          else fail(errorOf(parseJson(text)));
        });
      },
    );
    asked.on("timeout", () => asked.destroy(new CoworkError("TIMEOUT", "The server does not answer.")));
    asked.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ECONNREFUSED") done(undefined);
      else fail(error.code === "ECONNRESET" ? endedEarly() : error);
    });
    asked.end(body);
  });
}

function endedEarly(): CoworkError {
  return new CoworkError("INTERRUPTED", "The server ended before it had answered.", {
    hint: "run the same command again",
  });
}

function errorOf(value: unknown): CoworkError {
  const { title = "The server refused the request.", hint } = (value ?? {}) as Partial<Problem>;
  return new CoworkError("REQUEST_INVALID", title, hint === undefined ? {} : { hint });
}
