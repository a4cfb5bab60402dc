import { once } from "node:events";
import { PassThrough, Writable, type Readable } from "node:stream";
import { maxFirstLine } from "../../engine/streams.ts";

/**
 * Removes the first line, the process id, from the output of the process; with `echo` also the line end that the terminal
 * echoes when we answer it. Everything else is passed on, with back-pressure. If the first line is not a process id, it is the
 * engine's reason why it could not start the process: that text goes to `onRefusal` chunk by chunk, and nothing is passed on.
 */
export function createOutputFilter(
  target: Writable,
  options: { echo: boolean; onPid: (pid: string) => void; onRefusal: (text: string) => void },
): Writable {
  let head: Buffer | undefined = Buffer.alloc(0);
  let foundPid = false;
  let refused = false;
  const take = (chunk: Buffer): Buffer | undefined => {
    if (head === undefined) return chunk;
    if (refused) {
      options.onRefusal(chunk.toString("utf8"));
      return undefined;
    }
    head = Buffer.concat([head, chunk]);
    if (!foundPid) {
      const end = head.indexOf(10);
      if (end < 0 && head.length <= maxFirstLine) return undefined;
      const line = end < 0 ? "" : head.subarray(0, end).toString("utf8").trim();
      if (!/^\d{1,10}$/.test(line)) {
        refused = true;
        options.onRefusal(head.toString("utf8"));
        return undefined;
      }
      foundPid = true;
      head = head.subarray(end + 1);
      options.onPid(line);
    }
    if (!options.echo) return give();
    const text = head.subarray(0, 2).toString("latin1");
    if (text === "" || text === "\r") return undefined;
    const echoed = text === "\r\n" ? 2 : Number(text.startsWith("\n"));
    head = head.subarray(echoed);
    return give();
  };
  const give = (): Buffer | undefined => {
    const rest = head;
    head = undefined;
    return rest;
  };
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      passOn(target, take(chunk), done);
    },
    final(done) {
      passOn(target, head === undefined || refused ? undefined : give(), done);
    },
  });
}

function passOn(target: Writable, chunk: Buffer | undefined, done: (error?: Error) => void): void {
  if (chunk === undefined || chunk.length === 0) return done();
  if (target.destroyed || target.writableEnded)
    return done(Object.assign(new Error("the output is closed"), { code: "EPIPE" }));
  // Waits until this chunk is written, not only for room: when the process inside has ended, all of its output is out.
  target.write(chunk, (error) => done(error ?? undefined));
}

/** Input that waits: `open` sends `first` and then passes the caller's stdin through. */
export function createInputGate(stdin: Readable): {
  gate: PassThrough;
  open: (first?: string) => void;
  close: () => void;
} {
  const gate = new PassThrough();
  return {
    gate,
    open: (first) => {
      if (first !== undefined) gate.write(first);
      stdin.pipe(gate);
    },
    close: () => {
      stdin.unpipe(gate);
      stdin.pause();
      gate.destroy();
    },
  };
}

export async function finish(stream: Writable): Promise<void> {
  if (stream.destroyed) return;
  stream.end();
  await once(stream, "finish");
}
