import { request, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import type { Chance } from "./plan.ts";

export interface Heard {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** After so long without an answer the server hangs: nothing that is asked here takes long. */
const hangMs = 120_000;
/** What is read of an answer that does not end: a stream. */
const streamMs = 200;

export interface Sent {
  port: number;
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Sends a request as it is: nothing of its target is made regular. Undefined: the connection was closed without an answer. */
export async function send({ port, method, target, headers, body }: Sent): Promise<Heard | undefined> {
  return await new Promise((done, fail) => {
    const path = target.replaceAll(/[^!-~]/g, "x");
    const asked = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (answer) => {
      let text = "";
      const end = (): void => done({ status: answer.statusCode ?? 0, headers: answer.headers, text });
      if (String(answer.headers["content-type"]).startsWith("text/event-stream"))
        setTimeout(() => {
          asked.destroy();
          end();
        }, streamMs);
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", end).on("error", end);
    });
    asked.setTimeout(hangMs, () => {
      asked.destroy();
      fail(new Error(`no answer to ${method} ${target}`));
    });
    asked.on("error", () => done(undefined));
    asked.end(body);
  });
}

/** A client that is broken, slow or gone, on a connection of its own. Resolves when it has done its harm; it may stay open. */
export async function misbehave(port: number, token: string, { random, pick }: Chance): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  await new Promise<void>((done) => void socket.once("connect", done).once("close", () => done()));
  const head = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
  const json = `${head}Content-Type: application/json\r\n`;
  const junk = Buffer.from(Array.from({ length: 300 }, () => Math.floor(random() * 256)));
  const text = pick([
    junk,
    "GET / HTTP/1.1\r\nHost: ",
    `GET /api/v1/me HTTP/1.1\r\n${head}`,
    `GET /api/v1/me HTTP/1.1\r\n${head}\r\n`.repeat(50),
    `POST /api/v1/runs HTTP/1.1\r\n${json}Content-Length: 1000\r\n\r\n{"session":`,
    `POST /api/v1/runs HTTP/1.1\r\n${json}Content-Length: 99999999999\r\n\r\n{}`,
    `POST /api/v1/runs HTTP/1.1\r\n${json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    `POST /api/v1/runs HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\n\r\nfffffff\r\n{`,
    `POST /api/v1/runs HTTP/1.1\r\n${json}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}`,
    `GET /api/v1/stream HTTP/1.1\r\n${head}\r\n`,
    `GET /api/v1/stream HTTP/1.1\r\n${head}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `GET http://evil.test/ HTTP/1.1\r\n${head}\r\n`,
    `GET /%2e%2e/x HTTP/1.0\r\n\r\n`,
    `GET / HTTP/1.1\r\n${"X-Long: ".padEnd(20_000, "x")}\r\n\r\n`,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ]);
  // The stream is not read: what the server has for it must not pile up.
  if (random() < 0.5) socket.pause();
  else socket.resume();
  socket.write(text);
  const end = random();
  if (end < 0.3) socket.resetAndDestroy();
  else if (end < 0.5) socket.end();
  return socket;
}
