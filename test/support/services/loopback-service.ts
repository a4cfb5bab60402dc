import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface LoopbackService {
  url: string;
  received: Received[];
  /** Resolves with the first request that matches, also one that came before. */
  request(matches: (one: Received) => boolean): Promise<Received>;
}

export interface ServiceAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/** A service on this machine, such as a chat's, for one test. @param answer may take its time */
export async function loopbackService(
  answer: (request: Received) => ServiceAnswer | Promise<ServiceAnswer> = () => ({}),
): Promise<LoopbackService> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const one = { method, path, headers, body: Buffer.concat(parts).toString("utf8") };
      received.push(one);
      for (const wake of waiting) wake();
      void Promise.resolve(answer(one)).then(({ status = 200, headers: more = {}, body = "" }) =>
        outgoing.writeHead(status, more).end(body),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    request: async (matches) => {
      for (;;) {
        const found = received.find((one) => matches(one));
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
}
