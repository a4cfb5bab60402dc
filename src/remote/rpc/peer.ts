import { createBirpc } from "birpc";
import type { CoworkError, ErrorView } from "../../errors.ts";
import { readError, writeError } from "../../system/error-data.ts";
import type { Lines } from "./lines.ts";

/** Functions that one side offers the other: plain data in, plain data out. */
export type Offered = Record<string, (...args: never[]) => unknown>;

export interface Peer {
  /** Throws what the other side threw, as a CoworkError; HOST_UNREACHABLE when it is gone. */
  call(method: string, ...args: unknown[]): Promise<unknown>;
  /** No answer is waited for; resolves when there is room for more. */
  tell(method: string, ...args: unknown[]): Promise<void>;
  close(): void;
}

interface Message {
  t?: unknown;
  m?: unknown;
  e?: unknown;
}

/** More of what was asked and not answered yet is nothing that a cowork does. */
const maxAsked = 10_000;

/**
 * Calls in both directions over lines. Only what is offered can be called.
 * @param gone the error of calls when the other side is gone
 * @param heard what an error of the other side's becomes here
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
    // What takes long here takes as long as it takes: a connection that is gone ends the waiting.
    timeout: -1,
    bind: "functions",
    post: (message: unknown) => lines.send(message),
    // What is no message at all is passed over: no answer of ours can hang on it.
    on: (listener) =>
      lines.onValue((value) => {
        if (asked > maxAsked) return lines.close();
        asked += 1;
        const done = (): void => void (asked -= 1);
        // oxlint-disable-next-line promise/no-callback-in-promise -- whatever came of it
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
