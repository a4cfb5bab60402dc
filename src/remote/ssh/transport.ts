import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { Deadline } from "./deadline.ts";
import type { HostOptions } from "./options.ts";

/** What SSH is spoken over. */
export interface Transport {
  stream: Duplex;
  /** Resolves when it has ended, with why: it may do so before anybody listens to the stream. */
  gone: Promise<Error>;
  /** ends it and what was started for it */
  end(): void;
}

/** A connection over TCP. Rejects with the error of the system. */
export async function openTcp(host: HostOptions, deadline: Deadline): Promise<Transport> {
  const socket = connect({ host: host.hostname, port: host.port, family: host.family, noDelay: true, keepAlive: true });
  // Whoever uses it listens, too; an error in between must not end the program.
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

/** A connection that another host makes for us. Its name is looked up there. */
export async function openThrough(jump: Client, host: HostOptions, deadline: Deadline): Promise<Transport> {
  const stream = await untilAborted<Duplex>(deadline.signal, (resolve, reject) => {
    jump.forwardOut("127.0.0.1", 0, host.hostname, host.port, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(new Error(`the host before it says ${error.message.replace(/^\(SSH\) /, "")}`, { cause: error }));
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

/** Settles as `start` says, or rejects with the signal's reason. */
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
