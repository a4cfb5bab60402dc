import type { Readable, Writable } from "node:stream";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";

/** Beyond it a line is no message of ours, and is not kept. */
const maxLineBytes = 128 * 1024 * 1024;
/** So much may wait for the other side to read: who asks on and on and never reads is left. */
const maxWaitingBytes = 256 * 1024 * 1024;
/** Small pieces are put together, or each of their bytes would take a hundred. */
const maxPieces = 1024;

/** Values over a pair of byte streams, one JSON text a line. */
export interface Lines {
  /** Resolves when there is room for the next one. Nothing happens once the other side is gone. */
  send(value: unknown): Promise<void>;
  onValue(listener: (value: unknown) => void): void;
  /** Resolves when nothing comes any more: with the reason, or undefined at a plain end. */
  readonly ended: Promise<Error | undefined>;
  close(): void;
}

/** @param input what the other side writes; untrusted */
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
    if (!isBearable(line)) {
      fail(notUnderstood("a line that holds too much"));
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(line.toString("utf8"));
    } catch (cause) {
      fail(notUnderstood("a line that is no JSON", cause));
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
    if (keptBytes > maxLineBytes) fail(notUnderstood("a line without an end"));
  });
  input.on("end", () => ended.resolve(undefined));
  input.on("error", (error) => ended.resolve(error));
  input.on("close", () => ended.resolve(undefined));
  output.on("error", (error) => ended.resolve(error));
  // Whoever read before may have paused it.
  input.resume();
  return {
    send: async (value) => {
      if (output.destroyed || output.writableEnded) return;
      if (output.write(`${JSON.stringify(value)}\n`)) return;
      if (output.writableLength > maxWaitingBytes) fail(notUnderstood("much, and reads nothing"));
      // One listener for all who wait.
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

/** Few bytes can stand for values that take much memory, or that are nested too deeply to be walked through. */
function isBearable(line: Buffer): boolean {
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

/** The place of the quote that ends a text: one behind an even number of backslashes. */
function endOfText(line: Buffer, from: number): number {
  for (let end = line.indexOf(quote, from); end !== -1; end = line.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (line[end - 1 - slashes] === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return line.length;
}

function notUnderstood(what: string, cause?: unknown): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", `The other machine sent ${what}.`, {
    hint: steps`look for what else writes there: ${{ ...ownCommand("doctor", "--verbose"), host: "HOST" }}`,
    cause,
  });
}
