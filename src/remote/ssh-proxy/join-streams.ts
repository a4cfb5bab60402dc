import { Duplex, type Readable, type Writable } from "node:stream";

/**
 * A program's input and output as the socket that ssh2 wants: closed as a whole when either end is, because half an ssh
 * connection is none.
 */
export function joinStreams(input: Readable, output: Writable): Duplex {
  const joined = new Duplex({
    read: () => void input.resume(),
    write: (chunk: Buffer, _encoding, done) => void output.write(chunk, (error) => done(error ?? null)),
    destroy: (error, done) => {
      input.off("data", onData);
      input.pause();
      done(error);
    },
  });
  const onData = (chunk: Buffer): void => {
    if (!joined.push(chunk)) input.pause();
  };
  const close = (): void => void joined.destroy();
  input.on("data", onData);
  input.once("end", () => joined.push(null)).once("error", close);
  // Also when the other side has gone: `end` comes when what it said has been read.
  joined.once("end", close).once("finish", close);
  output.once("error", close).once("close", close);
  return joined;
}
