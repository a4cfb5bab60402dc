import { Agent, request, type ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

interface Question {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  /** status codes that count as success; default 200 */
  wanted?: readonly number[];
}

/**
 * The engine's socket, for code that stands in for the docker client. In all its methods, undefined means: ask the client instead.
 */
export interface Engine {
  open(path: string, question?: Question): Promise<IncomingMessage | undefined>;
  /** returns the body of the response */
  ask(path: string, question?: Question): Promise<string | undefined>;
  /** sends a POST and returns the upgraded connection: the stream of a process in the container */
  upgrade(path: string, body: unknown): Promise<Duplex | undefined>;
}

export function engineAt(socketPath: string): Engine {
  const agent = new Agent({ keepAlive: true });
  const begin = (
    path: string,
    { method = "GET", body }: Question,
    headers: Record<string, string> = {},
  ): ClientRequest => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const about = text === "" ? {} : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    // Requests that change something get a new connection. If a kept connection had just been closed by the engine, it would be
    // unknown whether the request was carried out. `servername` saves Node from working out a name for TLS.
    const own = { agent: method === "GET" ? agent : false, servername: "" };
    const asked = request({ socketPath, path, method, ...own, headers: { ...about, ...headers } });
    asked.end(text);
    return asked;
  };
  const open: Engine["open"] = async (path, question = {}) =>
    await new Promise((resolve) => {
      const asked = begin(path, question);
      asked.on("error", () => resolve(undefined));
      asked.on("response", (answer) => {
        if ((question.wanted ?? [200]).includes(answer.statusCode ?? 0)) return resolve(answer);
        answer.resume();
        resolve(undefined);
      });
    });
  return {
    open,
    ask: async (path, question) => {
      const answer = await open(path, question);
      if (answer === undefined) return undefined;
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    },
    upgrade: async (path, body) =>
      await new Promise((resolve) => {
        const asked = begin(path, { method: "POST", body }, { Connection: "Upgrade", Upgrade: "tcp" });
        asked.on("error", () => resolve(undefined));
        asked.on("response", (answer) => {
          answer.destroy();
          resolve(undefined);
        });
        asked.on("upgrade", (_answer, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
      }),
  };
}
