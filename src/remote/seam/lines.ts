import type { Readable, Writable } from "node:stream";
import { CoworkError } from "../../errors.ts";

/** Beyond it a line is no message of ours, and is not kept. */
const maxLineBytes = 128 * 1024 * 1024;

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
  const fail = (error: Error): void => {
    input.destroy();
    ended.resolve(error);
  };
  const take = (line: Buffer): void => {
    if (line.length === 0) return;
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
      await Promise.race([new Promise((done) => output.once("drain", done)), ended.promise]);
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

function notUnderstood(what: string, cause?: unknown): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", `The other machine sent ${what}.`, {
    hint: "look for what else writes there: cowork --host HOST doctor --verbose",
    cause,
  });
}
