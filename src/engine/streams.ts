import { once } from "node:events";
import type { Duplex, Writable } from "node:stream";
import { keepReadable } from "./keep-readable.ts";

/** Takes a chunk; resolves when it can take the next one. */
export type Sink = (chunk: Buffer) => Promise<void> | void;

/** Writes with back-pressure. Throws EPIPE if the reader is gone. */
export function streamSink(target: Writable): Sink {
  return async (chunk) => {
    if (target.destroyed || target.errored || target.writableEnded) throw closedPipe();
    if (target.write(chunk)) return;
    const waiting = new AbortController();
    const gone = once(target, "close", { signal: waiting.signal }).then(() => Promise.reject(closedPipe()));
    try {
      await Promise.race([once(target, "drain", { signal: waiting.signal }), gone]);
    } finally {
      gone.catch(() => undefined);
      waiting.abort();
    }
  };
}

function closedPipe(): Error {
  return Object.assign(new Error("the output is closed"), { code: "EPIPE" });
}

/** Keeps up to `limit` bytes and drops the rest, so that the process inside never blocks. */
export function createCollector(limit: number): { sink: Sink; text(): string; truncated(): boolean } {
  const chunks: Buffer[] = [];
  let size = 0;
  let cut = false;
  return {
    sink: (chunk) => {
      const room = limit - size;
      if (chunk.length > room) cut = true;
      const kept = chunk.subarray(0, room);
      if (kept.length === 0) return;
      chunks.push(kept);
      size += kept.length;
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
    truncated: () => cut,
  };
}

/** A first line is a number. What is longer is something else, of a program in the shell's place, and may never end. In bytes. */
export const maxFirstLine = 64;

/**
 * Takes the first line from a stream and passes on the rest.
 * @param onLine gets the line without its end, or the start of one that is too long; not called if the stream ends before
 */
export function firstLine(onLine: (line: string) => void, rest: Sink): Sink {
  let head: Buffer | undefined = Buffer.alloc(0);
  return (chunk) => {
    if (head === undefined) return rest(chunk);
    head = Buffer.concat([head, chunk]);
    const found = head.indexOf(10);
    if (found < 0 && head.length <= maxFirstLine) return undefined;
    const end = found < 0 ? maxFirstLine : found;
    const line = head.subarray(0, end).toString("utf8").replace(/\r$/, "");
    const after = head.subarray(found < 0 ? end : end + 1);
    head = undefined;
    onLine(line);
    return after.length > 0 ? rest(after) : undefined;
  };
}

/** Splits the engine's multiplexed stream: 8 bytes of header (stream, 0, 0, 0, length), then that many bytes. */
export function demux(stdout: Sink, stderr: Sink): Sink {
  let header = Buffer.alloc(0);
  let left = 0;
  let target = stdout;
  return async (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = 8 - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < 8) return;
        target = header[0] === 2 ? stderr : stdout;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const part = rest.subarray(0, left);
      rest = rest.subarray(part.length);
      left -= part.length;
      await target(part);
    }
  };
}

/**
 * Reads a hijacked connection to its end. The end of the process closes it, even while input is written that is not read any
 * more: that is a normal end, and the engine knows whether the process has ended (`exitCode`). Any other error is a lost connection.
 */
export async function readToEnd(connection: Duplex, sink: Sink): Promise<void> {
  keepReadable(connection);
  // An error after the end can be ignored.
  connection.on("error", () => undefined);
  try {
    for await (const chunk of connection) await sink(chunk as Buffer);
  } finally {
    connection.destroy();
  }
}
