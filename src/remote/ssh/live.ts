import type { Client } from "ssh2";
import type { CoworkError } from "../../errors.ts";
import { broken } from "./failures.ts";
import type { HostOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

/** A client of ssh2 from its first byte to its end. */
export interface Live {
  readonly client: Client;
  readonly host: HostOptions;
  /**
   * Called at once, before ssh2 ends its channels, with the reason, or undefined after an `end` without one. Gives back how
   * not to listen any more.
   */
  onGone(listener: (reason: CoworkError | undefined) => void): () => void;
  end(reason?: CoworkError): void;
}

/**
 * Listens to everything that can end a client; the first reason counts. ssh2 tells of errors at any time, also long after
 * its end, and one that nobody listens to would end the program.
 * @param explain makes an error of ours of one of ssh2's
 */
export function watchClient(
  client: Client,
  host: HostOptions,
  transport: Transport,
  hooks: { explain: (cause: unknown) => CoworkError; log: (line: string) => void },
): Live {
  const listeners = new Set<(reason: CoworkError | undefined) => void>();
  let end: { reason: CoworkError | undefined } | undefined;
  const settle = (reason: CoworkError | undefined): void => {
    if (end !== undefined) return;
    end = { reason };
    for (const listener of listeners) listener(reason);
    listeners.clear();
    // In order where it still listens (a half-read answer may be on its way), by force in any case.
    if (reason === undefined) client.end();
    setImmediate(() => transport.end());
  };
  client.on("error", (error: Error & { level?: string }) => {
    // A key of the agent that did not sign is no reason to give up: the next one is tried.
    if (error.level === "agent") hooks.log(`ssh: ${error.message}`);
    else settle(hooks.explain(error));
  });
  client.on("end", () => settle(hooks.explain(new Error("it closed the connection"))));
  client.on("close", () => settle(hooks.explain(new Error("it closed the connection"))));
  void transport.gone.then((error) => settle(hooks.explain(error)));
  return {
    client,
    host,
    onGone: (listener) => {
      if (end === undefined) listeners.add(listener);
      else listener(end.reason);
      return () => void listeners.delete(listener);
    },
    end: settle,
  };
}

/** For those who need a reason in any case. */
export function reasonOf(host: HostOptions, reason: CoworkError | undefined): CoworkError {
  return reason ?? broken(host, new Error("it was closed here"));
}
