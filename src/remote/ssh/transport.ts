import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { Deadline } from "./deadline.ts";
import type { HostOptions } from "./options.ts";

/** The byte stream of an SSH connection. */
export interface Transport {
  stream: Duplex;
  /** Resolves with the reason when it has ended, which may be before the stream has a listener. */
  gone: Promise<Error>;
  /** Ends it, and processes that were started for it. */
  end(): void;
}

/** Opens a TCP connection. Rejects with the system's error. */
export async function openTcp(host: HostOptions, deadline: Deadline): Promise<Transport> {
  const socket = connect({ host: host.hostname, port: host.port, family: host.family, noDelay: true, keepAlive: true });
  // The user of the stream adds another listener; an error before that must not end the process.
  socket.on("error", () => undefined);
  try {
    await untilAborted(deadline.signal, (resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return { stream: socket, gone: endOf(socket), end: () => void socket.destroy() };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Opens a connection through a jump host, which also resolves the name. */
export async function openThrough(jump: Client, host: HostOptions, deadline: Deadline): Promise<Transport> {
  const stream = await untilAborted<Duplex>(deadline.signal, (resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, host.hostname, host.port, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new Error(`the jump host reports: ${error.message.replace(/^\(SSH\) /, "")}`, { cause: error }));
    });
  });
  stream.on("error", () => undefined);
  return { stream, gone: endOf(stream), end: () => void stream.destroy() };
}

export async function endOf(stream: Duplex): Promise<Error> {
  return await new Promise((resolve) => {
    stream.once("error", resolve);
    stream.once("close", () => resolve(new Error("it closed the connection")));
  });
}

/** Runs `start` like a promise's executor; rejects with the signal's reason if it is aborted. */
export async function untilAborted<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    start(resolve, reject);
  } catch (error) {
    reject(error);
  }
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
