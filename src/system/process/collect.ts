import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

export interface Collected {
  text(): string;
}

/** Collects a stream's output, up to a limit, and passes it on line by line, without newlines, as it arrives. */
export function collect(
  stream: Readable | undefined,
  options: { maxBytes: number; onLine: ((line: string) => void) | undefined; onTooMuch: (maxBytes: number) => void },
): Collected {
  const chunks: Buffer[] = [];
  let total = 0;
  const lines = options.onLine === undefined ? undefined : splitLines(options.onLine);
  stream?.on("data", (chunk: Buffer) => {
    const room = options.maxBytes - total;
    total += chunk.length;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    if (total > options.maxBytes) return options.onTooMuch(options.maxBytes);
    lines?.push(chunk);
  });
  stream?.on("end", () => lines?.end());
  // The caller learns from the child's exit why it ended; a broken pipe adds nothing.
  stream?.on("error", () => undefined);
  return { text: () => new TextDecoder().decode(Buffer.concat(chunks)) };
}

/** A longer line is passed on in parts: what a program prints need not have line ends. In characters. */
const maxLine = 16 * 1024 * 1024;

/** Splits chunks of bytes into lines. A character that is split between two chunks is joined. */
export function splitLines(onLine: (line: string) => void): { push(chunk: Uint8Array): void; end(): void } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const give = (line: string): void => onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
  return {
    push(chunk) {
      const [first = "", ...more] = decoder.write(Buffer.from(chunk)).split("\n");
      // Only the new chunk is searched: with all of a long line each time, its length would count squared.
      rest += first;
      for (const next of more) {
        give(rest);
        rest = next;
      }
      if (rest.length < maxLine) return;
      onLine(rest);
      rest = "";
    },
    end() {
      rest += decoder.end();
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
