import { isUtf8 } from "node:buffer";
import { lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { CoworkError, toCoworkError } from "../errors.ts";
import { isAbsent, readRegularFile } from "../system/files/files.ts";
import { plain } from "../system/text.ts";
import { parseConf } from "./conf-text.ts";

const maxBytes = 1024 * 1024;

export interface ConfOptions {
  /**
   * Follow links on the way to the file: for the user's own conf, which may lie in a dotfiles folder. A project's conf comes
   * from a repository: neither it nor its folder may be a link.
   */
  follow?: boolean;
}

/**
 * What stands in a conf; undefined when there is none.
 * @throws CONFIG_FILE_CORRUPT when it is no text, too large, half merged, may not be read, or a link
 */
export async function readConf(path: string, options: ConfOptions = {}): Promise<Record<string, string> | undefined> {
  const text = await readConfText(path, options);
  return text === undefined ? undefined : parseConf(text);
}

/** The user's own conf, which may be a link into a folder of dotfiles. @throws CONFIG_FILE_CORRUPT as `readConf` */
export async function readUserConf(path: string): Promise<Record<string, string> | undefined> {
  return await readConf(path, { follow: true });
}

/** The file as it stands, byte order mark included. @throws CONFIG_FILE_CORRUPT as `readConf` */
export async function readConfText(path: string, options: ConfOptions = {}): Promise<string | undefined> {
  try {
    if (!options.follow) refuseLinks(path);
    const real = options.follow ? realpathSync.native(path) : path;
    const bytes = await readRegularFile(real, { maxBytes });
    if (bytes !== undefined) return decode(path, bytes);
    if (look(real) === undefined) return undefined;
    throw corrupt(path, "is no regular file");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const failed = toCoworkError(error);
    if (failed.code === "FILE_TOO_LARGE") throw corrupt(path, `is larger than ${maxBytes} bytes`, error);
    if (failed.code === "PERMISSION_DENIED") throw corrupt(path, "may not be read", error);
    throw failed;
  }
}

/** At once, as small files are read: every command comes this way, and Node's thread pool takes longer than the looking. */
function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function refuseLinks(path: string): void {
  for (const part of [dirname(path), path]) {
    if (look(part)?.isSymbolicLink()) throw corrupt(part, "is a link, and cowork follows none in a project");
  }
}

function decode(path: string, bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw corrupt(path, "is no UTF-8 text");
  const text = Buffer.from(bytes).toString("utf8");
  if (text.includes("\0")) throw corrupt(path, "is no text file");
  try {
    parseConf(text);
  } catch (error) {
    // `ini` takes nearly everything, and stumbles over a few lines, as one that is just 'null'.
    throw corrupt(path, "cannot be understood", error);
  }
  if (/^(<{7}|>{7}) /m.test(text)) throw corrupt(path, "holds the marks of an unfinished merge");
  return text;
}

function corrupt(path: string, why: string, cause?: unknown): CoworkError {
  const hint = "mend the file, or move it away: cowork makes a new one";
  return new CoworkError("CONFIG_FILE_CORRUPT", `${plain(path)} ${why}.`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}
