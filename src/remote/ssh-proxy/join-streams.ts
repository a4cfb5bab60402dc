import { Duplex, type Readable, type Writable } from "node:stream";

/**
 * Joins a program's input and output to the socket that ssh2 needs. It is closed when either of them is, because an SSH connection
 * needs both.
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
  // If the other side is gone, `end` is emitted after its data was read.
  joined.once("end", close).once("finish", close);
  output.once("error", close).once("close", close);
  return joined;
}
