import type { Readable } from "node:stream";
import { CoworkError } from "../../errors.ts";

/** Limit for the greeting of a login shell, which is skipped. */
const maxNoise = 256 * 1024;

/**
 * Reads a stream up to the first line that begins with the mark. The data after that line stays in the stream.
 * @returns the rest of the line; undefined if the stream ended before
 * @throws HOST_ANSWER_INVALID if there is too much other output
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
      // Stop reading.
      stream.pause();
      stream.off("data", onData);
      found.reject(
        new CoworkError("HOST_ANSWER_INVALID", "The host printed unexpected output instead of starting cowork."),
      );
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
