import { Transform } from "node:stream";
import { readMemory } from "../../../config/values.ts";
import { CoworkError, usageError } from "../../../errors.ts";
import { plain } from "../../../system/text.ts";

/** The default of `--max-size`, in bytes. */
const defaultMaxBytes = 2 * 1024 ** 3;
/** Files and folders in one copy. */
export const maxEntries = 500_000;

/** The limit in bytes that `--max-size` sets. @throws USAGE */
export function readMaxSize(size: string | undefined): number {
  const bytes = size === undefined ? defaultMaxBytes : readMemory(size);
  if (bytes !== undefined) return bytes;
  throw usageError(
    `--max-size ${plain(size ?? "")} is not a size of 6m or more.`,
    "cowork cp <session>:big . --max-size 20g",
  );
}

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
