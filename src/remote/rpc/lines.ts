import type { Readable, Writable } from "node:stream";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";

/** Longer lines are not messages of cowork and are dropped. */
const maxLineBytes = 128 * 1024 * 1024;
/** Limit for data that the other side has not read. Beyond it the connection is closed. */
const maxWaitingBytes = 256 * 1024 * 1024;
/** Small chunks are joined, because each has a large overhead in memory. */
const maxPieces = 1024;

/** Values over a pair of byte streams, one JSON text per line. */
export interface Lines {
  /** Resolves when there is room for the next value. Does nothing once the other side is gone. */
  send(value: unknown): Promise<void>;
  onValue(listener: (value: unknown) => void): void;
  /** Resolves when no more values arrive: with the error, or with undefined at a normal end. */
  readonly ended: Promise<Error | undefined>;
  close(): void;
}

/** @param input data of the other side; untrusted */
export function createLines(input: Readable, output: Writable): Lines {
  const ended = Promise.withResolvers<Error | undefined>();
  let listener: (value: unknown) => void = () => undefined;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let drained: Promise<unknown> | undefined;
  const fail = (error: Error): void => {
    input.destroy();
    ended.resolve(error);
  };
  const take = (line: Buffer): void => {
    if (line.length === 0) return;
    if (!isWithinLimits(line)) {
      fail(notUnderstood("a line with too many values"));
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(line.toString("utf8"));
    } catch (cause) {
      fail(notUnderstood("a line that is not JSON", cause));
      return;
    }
    listener(value);
  };
  input.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1 && !input.destroyed; end = chunk.indexOf(10, from)) {
      take(Buffer.concat([...kept, chunk.subarray(from, end)]));
      kept = [];
      keptBytes = 0;
      from = end + 1;
    }
    kept.push(chunk.subarray(from));
    keptBytes += chunk.length - from;
    if (kept.length > maxPieces) kept = [Buffer.concat(kept)];
    if (keptBytes > maxLineBytes) fail(notUnderstood("a line that is too long"));
  });
  input.on("end", () => ended.resolve(undefined));
  input.on("error", (error) => ended.resolve(error));
  input.on("close", () => ended.resolve(undefined));
  output.on("error", (error) => ended.resolve(error));
  // The previous reader may have paused it.
  input.resume();
  return {
    send: async (value) => {
      if (output.destroyed || output.writableEnded) return;
      if (output.write(`${JSON.stringify(value)}\n`)) return;
      if (output.writableLength > maxWaitingBytes) fail(notUnderstood("requests without reading the answers"));
      // One listener for all pending sends.
      drained ??= new Promise<void>((done) => output.once("drain", done)).then(() => (drained = undefined));
      await Promise.race([drained, ended.promise]);
    },
    onValue: (next) => {
      listener = next;
    },
    ended: ended.promise,
    close: () => {
      output.end();
      input.destroy();
    },
  };
}

const maxDepth = 100;
const maxValues = 4_000_000;
const [quote, backslash, comma, open, close] = [0x22, 0x5c, 0x2c, [0x5b, 0x7b], [0x5d, 0x7d]];

/** Limits the number and the depth of values: a short text can have values that need much memory or are nested too deeply. */
function isWithinLimits(line: Buffer): boolean {
  let [depth, values] = [0, 0];
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] ?? 0;
    if (byte === quote) {
      at = endOfText(line, at + 1);
    } else if (open.includes(byte)) {
      depth += 1;
      values += 1;
    } else if (close.includes(byte)) {
      depth -= 1;
    } else if (byte === comma) {
      values += 1;
    }
    if (depth > maxDepth || values > maxValues) return false;
  }
  return true;
}

/** The position of the quote that ends a string: one after an even number of backslashes. */
function endOfText(line: Buffer, from: number): number {
  for (let end = line.indexOf(quote, from); end !== -1; end = line.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (line[end - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return line.length;
}

function notUnderstood(what: string, cause?: unknown): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", `The host sent ${what}.`, {
    hint: steps`find out what else prints on that connection: ${{ ...ownCommand("doctor", "--verbose"), host: "HOST" }}`,
    cause,
  });
}
