import { realpath } from "node:fs/promises";
import { toCoworkError } from "../../errors.ts";
import { isAbsent, readRegularFile } from "../../system/files/files.ts";

/** Reads a regular file of the user; undefined if there is none. Links are followed: files in `~/.ssh` may be links. */
export async function readOwnFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    return await readRegularFile(await realpath(path), { maxBytes });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw toCoworkError(error);
  }
}
