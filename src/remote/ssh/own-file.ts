import { realpath } from "node:fs/promises";
import { toCoworkError } from "../../errors.ts";
import { isAbsent, readRegularFile } from "../../system/files/files.ts";

/** A regular file of the user's; undefined where there is none. Files of `~/.ssh` may be links: people keep them elsewhere. */
export async function readOwnFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await readRegularFile(await realpath(path), { maxBytes });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toCoworkError(error);
  }
}
