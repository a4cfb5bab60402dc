import { Transform } from "node:stream";
import { CoworkError } from "../../errors.ts";

/** The default limit for what is read from a session's git, in bytes. */
export const defaultMaxBytes = 8 * 1024 ** 3;

/** Passes this many bytes. Beyond them the stream fails with OUTPUT_TOO_LARGE: output of a session may never end. */
export function limitedTo(maxBytes: number): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      if (total > maxBytes)
        done(new CoworkError("OUTPUT_TOO_LARGE", `The session's commits are larger than ${maxBytes} bytes.`));
      else done(null, chunk);
    },
  });
}
