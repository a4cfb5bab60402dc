import { PassThrough, Writable } from "node:stream";
import type { ClientChannel } from "ssh2";
import type { CoworkError } from "../../errors.ts";
import type { Channel } from "../types.ts";

type Ended = Awaited<Channel["exit"]>;

/**
 * Wraps a channel of ssh2 in well-behaved streams: ssh2's own never complete a pending write when the other side has closed, and
 * end normally when the connection breaks.
 * @param onGone calls the listener when the connection is lost, before ssh2 ends its channels; returns a function to stop listening
 */
export function wrapChannel(
  channel: ClientChannel,
  onGone: (listener: (reason: CoworkError) => void) => () => void,
): Channel {
  const [stdin, stdout, stderr] = [inputOf(channel), new PassThrough(), new PassThrough()];
  // Errors are reported by `exit`.
  for (const stream of [channel, channel.stderr, stdin, stdout, stderr]) stream.on("error", () => undefined);
  channel.pipe(stdout);
  channel.stderr.pipe(stderr);
  const { promise: exit, resolve, reject } = Promise.withResolvers<Ended>();
  exit.catch(() => undefined);
  let ended: Ended = { code: null, signal: undefined };
  channel.on("exit", (code: number | null, signal?: string) => {
    ended = { code, signal };
  });
  const stopListening = onGone((reason) => {
    // The channel was closed normally before. The rest of its output can still be read.
    if (isClosed(channel)) return;
    reject(reason);
    for (const stream of [stdin, stdout, stderr]) stream.destroy(reason);
  });
  channel.on("close", () => {
    stopListening();
    stdin.destroy();
    void Promise.all([wasRead(stdout), wasRead(stderr)]).then(() => resolve(ended));
  });
  return {
    stdin,
    stdout,
    stderr,
    exit,
    resize: (columns, rows) => channel.setWindow(rows, columns, 0, 0),
    close: () => {
      resolve(ended);
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      // Discard remaining data, or the channel would stay open because its buffers are full.
      channel.resume();
      channel.stderr.resume();
      channel.close();
    },
  };
}

/** A stdin whose writes fail when the channel is closed; ssh2 would never complete them. */
function inputOf(channel: ClientChannel): Writable {
  let waiting: ((error: Error | null | undefined) => void) | undefined;
  const done = (error: Error | null | undefined): void => {
    const callback = waiting;
    waiting = undefined;
    callback?.(error);
  };
  return new Writable({
    write: (chunk: Buffer, _encoding, callback) => {
      waiting = callback;
      if (channel.writable) channel.write(chunk, done);
      else done(closedInput());
    },
    final: (callback) => {
      channel.end();
      callback();
    },
    destroy: (error, callback) => {
      done(error ?? closedInput());
      callback(error);
    },
  });
}

function closedInput(): Error {
  return Object.assign(new Error("the program has closed its input"), { code: "EPIPE" });
}

/** Whether the host has closed the channel. ssh2 has no public API for this. */
function isClosed(channel: ClientChannel): boolean {
  return (channel as unknown as { incoming?: { state?: string } }).incoming?.state === "closed";
}

/** Resolves when everything was read. An empty stream without a reader counts as read. */
async function wasRead(stream: PassThrough): Promise<void> {
  const event = async (name: string): Promise<void> => {
    await new Promise<void>((resolve) => {
      stream.once(name, () => resolve());
      stream.once("close", () => resolve());
    });
  };
  if (!stream.writableFinished && !stream.destroyed) await event("finish");
  const isUntouched = stream.readableFlowing === null && stream.listenerCount("readable") === 0;
  if (stream.readableEnded || stream.destroyed || (isUntouched && stream.readableLength === 0)) return;
  await event("end");
}
