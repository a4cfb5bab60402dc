import { Agent, request, type ClientRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

interface Question {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  /** statuses that are an answer; default 200 */
  wanted?: readonly number[];
}

/** The engine's socket, for what stands in for the docker client. Undefined is "ask the client" everywhere. */
export interface Engine {
  open(path: string, question?: Question): Promise<IncomingMessage | undefined>;
  /** the answer's text */
  ask(path: string, question?: Question): Promise<string | undefined>;
  /** a POST whose connection becomes the stream of a process inside */
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
    // What changes something goes over a connection of its own: one that is kept may have been closed over there, and nobody
    // could say whether it was done. A `servername` spares working out a name for TLS.
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
