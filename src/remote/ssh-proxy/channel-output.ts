import { finished } from "node:stream/promises";
import { Writable } from "node:stream";
import type { ServerChannel } from "ssh2";

/** The two output streams of a channel. */
export interface ChannelOutput {
  stdout: Writable;
  stderr: Writable;
  /** Ends both; resolves when everything was sent, or can no longer be sent. */
  flush(): Promise<void>;
}

/**
 * Works around two bugs of ssh2 1.17. If both streams wait for the client's window, it continues only one of them: so only one chunk
 * is written at a time. And it sends a waiting chunk a second time when the other stream waits next: so its state is cleared here.
 * @param closed aborted when the channel is closed; ssh2 does not report that to pending writes
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
    // Errors are reported by the writes.
    return writable.on("error", () => undefined);
  };
  const [stdout, stderr] = [wayTo(channel), wayTo(channel.stderr)];
  const flush = async (): Promise<void> => {
    await Promise.allSettled([stdout, stderr].map(async (way) => await finished(way.end())));
  };
  return { stdout, stderr, flush };
}

/** ssh2's state of a write that waits for the client's window. */
const nothingWaits = { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined };
