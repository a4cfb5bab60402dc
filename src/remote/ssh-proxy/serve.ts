import type { SshProxyTarget } from "./types.ts";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { serveForward } from "./serve-forward.ts";
import { serveSession } from "./serve-session.ts";

/** How long what runs inside may take to end when the client has gone. */
const endMs = 15_000;
/** A client that is suspended for a night is as good as one that is not: nobody is asked whether they still live. */
const neverMs = 2 ** 31 - 1;

/**
 * Speaks the ssh protocol's server side with whoever started us, until they go. Nothing is proved and nothing asked: nobody else is at
 * the other end. All that comes goes into the session and nowhere else: there is no handler for anything that reaches this host.
 */
export async function serveSsh(stream: Duplex, sshProxy: SshProxyTarget): Promise<void> {
  const { default: ssh2 } = await import("ssh2");
  const gone = new AbortController();
  const work = new Set<Promise<void>>();
  const keep = (one: Promise<void>): void => void work.add(one.finally(() => work.delete(one)));
  // Over a pipe secrecy is nobody's gain: the cipher that Node computes natively, not the one that ssh2 brings itself.
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
