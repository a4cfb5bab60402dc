import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** A server that accepts connections and never sends anything. */
export interface SilentServer {
  port: number;
  /** resolves when a client has sent something */
  asked: Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startSilentServer(): Promise<SilentServer> {
  const asked = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("data", () => asked.resolve());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked: asked.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
