import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy that adds latency and counts round trips. */
export interface SlowLink {
  /** listens on 127.0.0.1 */
  port: number;
  /** in the order in which they were opened */
  connections: { trips: number }[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param options.delayMs delay in each direction */
export async function startSlowLink(
  to: { host: string; port: number },
  { delayMs }: { delayMs: number },
): Promise<SlowLink> {
  const sockets = new Set<Socket>();
  const connections: SlowLink["connections"] = [];
  const server = createServer((near) => {
    const far = connect(to);
    const count = { trips: 0 };
    connections.push(count);
    let isAnswering = true;
    const pass = (from: Socket, into: Socket, note: () => void): void => {
      sockets.add(from);
      from.on("error", () => into.destroy());
      from.on("data", (chunk: Buffer) => {
        note();
        setTimeout(() => into.writable && into.write(chunk), delayMs);
      });
      from.on("end", () => setTimeout(() => into.end(), delayMs));
    };
    // A round trip: data from the client after the last answer, and an answer to it.
    pass(near, far, () => {
      isAnswering = false;
    });
    pass(far, near, () => {
      if (!isAnswering) count.trips += 1;
      isAnswering = true;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
