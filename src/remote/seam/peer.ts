import { createBirpc } from "birpc";
import { CoworkError, errorCodes, toCoworkError, type ErrorCode } from "../../errors.ts";
import { plain, plainLines } from "../../system/text.ts";
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

export interface PeerOptions {
  /** what a call throws once the other side is gone */
  gone: (reason: Error | undefined) => CoworkError;
  /** an error of the other side, before it is thrown here */
  received?: (error: CoworkError) => CoworkError;
}

/** Calls in both directions over lines. Only what is offered can be called. */
export function createPeer(lines: Lines, offered: Offered, options: PeerOptions): Peer {
  const { gone, received = (error) => error } = options;
  const rpc = createBirpc<Offered, Offered, false>(offered, {
    proxify: false,
    // What takes long here takes as long as it takes: a connection that is gone ends the waiting.
    timeout: -1,
    bind: "functions",
    post: (message: unknown) => lines.send(message),
    // What is no message at all is passed over: no answer of ours can hang on it.
    on: (listener) => lines.onValue((value) => void Promise.resolve(listener(value)).catch(() => undefined)),
    serialize: (message: Message) => (message.e === undefined ? message : { ...message, e: writeError(message.e) }),
    deserialize: (message: unknown) => {
      const known = (message ?? {}) as Message;
      return known.e === undefined ? known : { ...known, e: received(readError(known.e)) };
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

function writeError(error: unknown): unknown {
  const known = toCoworkError(error);
  return { ...known.toView(), detail: known.detail };
}

/** What came is untrusted: an error of ours or one without a meaning, and no control characters in either. */
function readError(value: unknown): CoworkError {
  const { code, message, hint, detail } = (value ?? {}) as Record<string, unknown>;
  const known = typeof code === "string" && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "INTERNAL";
  return new CoworkError(known, typeof message === "string" ? plain(message) : "It failed over there.", {
    ...(typeof hint === "string" ? { hint: plain(hint) } : {}),
    ...(typeof detail === "string" ? { detail: plainLines(detail).join("\n") } : {}),
  });
}
