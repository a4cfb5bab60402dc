import type { AnyAuthMethod } from "ssh2";
import type { CoworkError } from "../../errors.ts";
import { plainLines } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import { createAuth } from "./auth.ts";
import type { Deadline } from "./deadline.ts";
import { broken, unreachable } from "./failures.ts";
import { createHostKeyCheck } from "./host-key.ts";
import { loginQuestions } from "./questions.ts";
import { reasonOf, watchClient, type Live } from "./live.ts";
import type { HostOptions } from "./options.ts";
import { untilAborted, type Transport } from "./transport.ts";

const maxBannerLines = 50;

/**
 * Logs in over a transport: verifies the host's key, then authenticates the user.
 * @throws HOST_UNREACHABLE, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED, HOST_AUTH_FAILED
 */
export async function logIn(
  ctx: RemoteContext,
  host: HostOptions,
  transport: Transport,
  deadline: Deadline,
): Promise<Live> {
  const { default: ssh2 } = await import("ssh2");
  const questions = loginQuestions(ctx, deadline);
  const check = await createHostKeyCheck(questions.ctx, host);
  const auth = createAuth(questions.ctx, host, ssh2, deadline);
  const client = new ssh2.Client();
  let remembered = Promise.resolve();
  let phase: "handshake" | "auth" | "ready" = "handshake";
  const explain = (cause: unknown): CoworkError => {
    if (phase === "ready") return broken(host, cause);
    return (phase === "auth" ? auth.explain(cause) : undefined) ?? unreachable(host, cause);
  };
  const live = watchClient(client, host, transport, { explain, log: ctx.log });
  const giveUp = (error: unknown): void => live.end(explain(error));
  // Synchronous: while ssh2 waits for an answer, it sends with the old keys, and the host closes the connection.
  const verifyAgain = (key: Uint8Array): boolean => {
    try {
      check.verifyAgain(key);
      return true;
    } catch (error) {
      giveUp(error);
      return false;
    }
  };
  client.on("handshake", () => {
    if (phase === "handshake") phase = "auth";
    // A read-only home folder must not prevent the login.
    remembered = check.remember().catch((error: unknown) => ctx.log(`ssh: known_hosts: ${String(error)}`));
  });
  client.on("banner", logBanner(ctx.log));
  client.on("change password", () => giveUp(auth.passwordExpired()));
  try {
    await untilAborted<void>(deadline.signal, (resolve, reject) => {
      live.onGone((reason) => reject(reasonOf(host, reason)));
      client.on("ready", () => {
        phase = "ready";
        resolve();
      });
      client.connect({
        sock: transport.stream,
        username: host.user,
        readyTimeout: 0,
        keepaliveInterval: host.aliveIntervalMs,
        keepaliveCountMax: host.aliveCountMax,
        ...forwarding(host),
        algorithms: {
          serverHostKey: check.algorithms as never,
          // `Compression` is ignored: ssh2 fails at a later key exchange ("Invalid Zlib instance").
          compress: ["none"],
        },
        hostVerifier: (key: Buffer, verify: (valid: boolean) => void): boolean | undefined => {
          if (phase !== "handshake") return verifyAgain(key);
          const decide = async (): Promise<void> => {
            try {
              await check.verify(key);
              verify(true);
            } catch (error) {
              giveUp(error);
            }
          };
          void decide();
          return undefined;
        },
        authHandler: (left: string[] | null, _partial: boolean | null, next: (method: AnyAuthMethod) => void) => {
          const decide = async (): Promise<void> => {
            try {
              next(await auth.next(left ?? undefined));
            } catch (error) {
              giveUp(error);
            }
          };
          void decide();
        },
      });
    });
    return live;
  } catch (error) {
    live.end(explain(error));
    throw error;
  } finally {
    await Promise.all([questions.stop(), remembered]);
  }
}

/** ssh2 forwards the agent only with these options. */
function forwarding({ agent, forwardAgent }: HostOptions): { agent?: string; agentForward?: true } {
  return forwardAgent && agent !== undefined ? { agent, agentForward: true } : {};
}

/** The banner before the login goes to the log only: it is not authenticated. */
function logBanner(log: (line: string) => void): (text: string) => void {
  let left = maxBannerLines;
  return (text) => {
    for (const line of plainLines(text.slice(0, 10_000)).slice(0, left)) {
      left -= 1;
      log(`ssh: banner: ${line}`);
    }
  };
}
