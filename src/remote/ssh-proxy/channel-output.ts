import { finished } from "node:stream/promises";
import { Writable } from "node:stream";
import type { ServerChannel } from "ssh2";

/** A channel's two ways out. */
export interface ChannelOutput {
  stdout: Writable;
  stderr: Writable;
  /** Ends both; resolves when all of it has gone out, or can no more. */
  flush(): Promise<void>;
}

/**
 * One chunk at a time over both ways: of two that wait for the client ssh2 (1.17) goes on with one only. And it does not forget what
 * waited once it has gone: it would be sent again when the other way waits next. So that is cleared here.
 * @param closed when nobody takes anything any more: ssh2 tells no write of that
 */
export function channelOutput(channel: ServerChannel, closed: AbortSignal): ChannelOutput {
  let last: Promise<void> = Promise.resolve();
  const gone = (): Error => Object.assign(new Error("the channel is closed"), { code: "EPIPE" });
  const send = async (way: Writable, chunk: Buffer): Promise<void> => {
    const sent = Promise.withResolvers<void>();
    const onClose = (): void => sent.reject(gone());
    closed.addEventListener("abort", onClose, { once: true });
    if (closed.aborted) onClose();
    else way.write(chunk, (error) => (error ? sent.reject(gone()) : sent.resolve()));
    try {
      await sent.promise;
    } finally {
      closed.removeEventListener("abort", onClose);
      Object.assign(channel, nothingWaits);
    }
  };
  const inTurn = async (way: Writable, chunk: Buffer): Promise<Error | null> => {
    const turn = last.then(() => send(way, chunk));
    last = turn.catch(() => undefined);
    return await turn.then(
      () => null,
      (error: Error) => error,
    );
  };
  const wayTo = (way: Writable): Writable => {
    const writable = new Writable({
      write: (chunk: Buffer, _encoding, done) => void (async () => done(await inTurn(way, chunk)))(),
    });
    // Its errors come back through the writes.
    return writable.on("error", () => undefined);
  };
  const [stdout, stderr] = [wayTo(channel), wayTo(channel.stderr)];
  const flush = async (): Promise<void> => {
    await Promise.allSettled([stdout, stderr].map(async (way) => await finished(way.end())));
  };
  return { stdout, stderr, flush };
}

/** What ssh2 keeps of a write that waits for the client's window. */
const nothingWaits = { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined };
