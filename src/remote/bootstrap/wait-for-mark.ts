import type { Readable } from "node:stream";
import { CoworkError } from "../../errors.ts";

/** A login shell's greeting is passed over; more than this is no greeting. */
const maxNoise = 256 * 1024;

/**
 * Reads a stream up to the first line that begins with the mark; what comes after that line stays in the stream.
 * @returns the rest of the line; undefined when the stream ended before
 * @throws HOST_ANSWER_INVALID when too much else comes
 */
export async function waitForMark(stream: Readable, mark: string): Promise<string | undefined> {
  if (stream.readableEnded || stream.destroyed) return undefined;
  const found = Promise.withResolvers<string | undefined>();
  let kept = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    kept = Buffer.concat([kept, chunk]);
    const at = kept.indexOf(`${mark} `);
    const end = at === -1 ? -1 : kept.indexOf(10, at);
    if (end !== -1) {
      stream.pause();
      stream.off("data", onData);
      const rest = kept.subarray(end + 1);
      if (rest.length > 0) stream.unshift(rest);
      found.resolve(
        kept
          .subarray(at + mark.length + 1, end)
          .toString("latin1")
          .trimEnd(),
      );
    } else if (kept.length > maxNoise) {
      // Nobody will read on.
      stream.pause();
      stream.off("data", onData);
      found.reject(new CoworkError("HOST_ANSWER_INVALID", "The other machine writes much, and nothing of cowork's."));
    }
  };
  const onEnd = (): void => found.resolve(undefined);
  stream.on("data", onData).once("end", onEnd).once("close", onEnd).resume();
  try {
    return await found.promise;
  } finally {
    stream.off("data", onData).off("end", onEnd).off("close", onEnd);
  }
}
