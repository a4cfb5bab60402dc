import type { SshProxyTarget } from "./types.ts";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { serveForward } from "./serve-forward.ts";
import { serveSession } from "./serve-session.ts";

/** Time for running commands to end after the client is gone. */
const endMs = 15_000;
/** No keepalive: a client may be suspended for hours. */
const neverMs = 2 ** 31 - 1;

/**
 * Runs an SSH server for the client that started this process, until the client disconnects. Authentication is not needed, because
 * no other process can connect. All requests go into the session; no handler gives access to this host.
 */
export async function serveSsh(stream: Duplex, sshProxy: SshProxyTarget): Promise<void> {
  const { default: ssh2 } = await import("ssh2");
  const gone = new AbortController();
  const work = new Set<Promise<void>>();
  const keep = (one: Promise<void>): void => void work.add(one.finally(() => work.delete(one)));
  // Encryption has no purpose on a pipe: use a cipher that Node computes natively, which is faster than ssh2's own.
  const algorithms = { cipher: { remove: ["chacha20-poly1305@openssh.com" as const], append: [], prepend: [] } };
  const server = new ssh2.Server({ hostKeys: [sshProxy.hostKey], keepaliveInterval: neverMs, algorithms });
  server.on("connection", (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      if (context.method === "none") context.accept();
      else context.reject(["none"]);
    });
    client.on("session", (accept) => serveSession(accept(), { sshProxy, gone: gone.signal, keep }));
    client.on("tcpip", (accept, reject, to) => {
      keep(serveForward({ client, accept, reject, to }, { sshProxy, gone: gone.signal }));
    });
  });
  const closed = once(stream, "close");
  server.injectSocket(stream as Socket);
  await closed;
  gone.abort();
  await Promise.race([Promise.allSettled(work), delay(endMs, undefined, { ref: false })]);
}
