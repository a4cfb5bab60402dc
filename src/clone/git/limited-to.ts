import { Transform } from "node:stream";
import { CoworkError } from "../../errors.ts";

/** The most that is taken from a session's git, unless somebody says otherwise. */
export const defaultMaxBytes = 8 * 1024 ** 3;

/** Lets so many bytes through. Beyond them the stream fails with OUTPUT_TOO_LARGE: what comes from a session may never end. */
export function limitedTo(maxBytes: number): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      if (total > maxBytes)
        done(new CoworkError("OUTPUT_TOO_LARGE", `The session's commits take more than ${maxBytes} bytes.`));
      else done(null, chunk);
    },
  });
}
