import type { Client } from "ssh2";
import type { CoworkError } from "../../errors.ts";
import { broken } from "./failures.ts";
import type { HostOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

/** A client of ssh2 during its whole life. */
export interface Live {
  readonly client: Client;
  readonly host: HostOptions;
  /**
   * Calls the listener when the client ends, before ssh2 ends its channels, with the reason, or undefined after an `end` without
   * one. Returns a function to stop listening.
   */
  onGone(listener: (reason: CoworkError | undefined) => void): () => void;
  end(reason?: CoworkError): void;
}

/**
 * Listens to everything that can end a client; the first reason counts. ssh2 emits errors at any time, even long after its end, and
 * an unhandled one would end the process.
 * @param explain converts an error of ssh2
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
    // Ends normally if possible (an answer may be partly read), then closes the transport in any case.
    if (reason === undefined) client.end();
    setImmediate(() => transport.end());
  };
  client.on("error", (error: Error & { level?: string }) => {
    // If a key of the agent did not sign, the next one is tried.
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

/** The reason, or a default one. */
export function reasonOf(host: HostOptions, reason: CoworkError | undefined): CoworkError {
  return reason ?? broken(host, new Error("it was closed by cowork"));
}
