import { createReadStream } from "node:fs";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

/** Longer than any sensible task; it also keeps a wrong file from being sent. */
export const maxBytes = 4 * 1024 * 1024;

/** @throws FILE_NOT_FOUND, FILE_TOO_LARGE, PERMISSION_DENIED */
export async function readTextOf(path: string): Promise<string> {
  try {
    return await readBounded(createReadStream(path));
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (!["ENOENT", "ENOTDIR", "EISDIR"].includes(code)) throw toCoworkError(error);
    const shown = plain(path);
    const message = code === "EISDIR" ? `${shown} is a folder, not a file.` : `There is no file ${shown}.`;
    throw new CoworkError("FILE_NOT_FOUND", message, {
      hint: "name a file that exists, or - for stdin",
    });
  }
}

/** Reads all of it as text. Ends at the limit: what is read may never end. */
export async function readBounded(source: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk as string | Uint8Array);
    if ((size += bytes.length) > maxBytes) throw tooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export function tooLarge(): CoworkError {
  return new CoworkError("FILE_TOO_LARGE", `The text for the agent is larger than ${maxBytes / 1024 / 1024} MiB.`);
}
