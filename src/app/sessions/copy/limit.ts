import { Transform } from "node:stream";
import { CoworkError } from "../../../errors.ts";

/** The default of `--max-size`, in bytes. */
export const defaultMaxBytes = 2 * 1024 ** 3;
/** Files and folders in one copy. */
export const maxEntries = 500_000;

export function tooLarge(maxBytes: number): CoworkError {
  return new CoworkError("FILE_TOO_LARGE", `There is more to copy than ${maxBytes} bytes.`, {
    hint: "raise the limit, for example with --max-size 20g",
  });
}

/** Passes this many bytes, then fails with FILE_TOO_LARGE: what a session sends may never end. */
export function limited(maxBytes: number): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      if (total > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
}
