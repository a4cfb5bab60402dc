import { createBirpc } from "birpc";
import type { CoworkError, ErrorView } from "../../errors.ts";
import { readError, writeError } from "../../system/error-data.ts";
import type { Lines } from "./lines.ts";

/** The functions that one side offers to the other, with plain data as arguments and results. */
export type Offered = Record<string, (...args: never[]) => unknown>;

export interface Peer {
  /** Calls a function. Throws the other side's error as a CoworkError; HOST_UNREACHABLE if it is gone. */
  call(method: string, ...args: unknown[]): Promise<unknown>;
  /** Calls a function without waiting for an answer; resolves when there is room for more. */
  tell(method: string, ...args: unknown[]): Promise<void>;
  close(): void;
}

interface Message {
  t?: unknown;
  m?: unknown;
  e?: unknown;
}

/** Limit for pending requests. cowork never reaches it. */
const maxAsked = 10_000;

/**
 * RPC in both directions over lines. Only offered functions can be called.
 * @param gone creates the error of calls when the other side is gone
 * @param heard adapts an error of the other side
 */
export function createPeer(
  lines: Lines,
  offered: Offered,
  gone: (reason: Error | undefined) => CoworkError,
  heard: (error: ErrorView) => ErrorView = (error) => error,
): Peer {
  let asked = 0;
  const rpc = createBirpc<Offered, Offered, false>(offered, {
    proxify: false,
    // No time limit: calls may take long, and a lost connection ends them.
    timeout: -1,
    bind: "functions",
    post: (message: unknown) => lines.send(message),
    // Invalid messages are ignored: they cannot be answers.
    on: (listener) =>
      lines.onValue((value) => {
        if (asked > maxAsked) return lines.close();
        asked += 1;
        const done = (): void => void (asked -= 1);
        // oxlint-disable-next-line promise/no-callback-in-promise -- regardless of the result
        void Promise.resolve(listener(value)).then(done, done);
      }),
    serialize: (message: Message) => (message.e === undefined ? message : { ...message, e: writeError(message.e) }),
    deserialize: (message: unknown) => {
      const known = (message ?? {}) as Message;
      return known.e === undefined ? known : { ...known, e: readError(known.e, heard) };
    },
    resolver: (name) => (Object.hasOwn(offered, name) ? (offered[name] as (...args: unknown[]) => unknown) : undefined),
  });
  let end: CoworkError | undefined;
  void lines.ended.then((reason) => rpc.$close((end = gone(reason))));
  return {
    call: async (method, ...args) => {
      if (end !== undefined) throw end;
      return await rpc.$call(method, ...(args as never[]));
    },
    tell: async (method, ...args) => {
      if (end === undefined) await rpc.$callEvent(method, ...(args as never[]));
    },
    close: () => lines.close(),
  };
}
