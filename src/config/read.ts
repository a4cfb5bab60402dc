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
   * Follow links: for the user's own file, which may be in a dotfiles folder. A project's file comes from a repository, so
   * neither the file nor its folder may be a link.
   */
  follow?: boolean;
}

/**
 * Reads a `.cowork.conf`; undefined if it does not exist.
 * @throws CONFIG_FILE_CORRUPT if it is not text, too large, half merged, not readable, or a link
 */
export async function readConf(path: string, options: ConfOptions = {}): Promise<Record<string, string> | undefined> {
  const text = await readConfText(path, options);
  return text === undefined ? undefined : parseConf(text);
}

/** Reads the user's own file, which may be a link into a folder of dotfiles. @throws CONFIG_FILE_CORRUPT as `readConf` */
export async function readUserConf(path: string): Promise<Record<string, string> | undefined> {
  return await readConf(path, { follow: true });
}

/** Reads the file's text, including a byte order mark. @throws CONFIG_FILE_CORRUPT as `readConf` */
export async function readConfText(path: string, options: ConfOptions = {}): Promise<string | undefined> {
  try {
    if (!options.follow) refuseLinks(path);
    const real = options.follow ? realpathSync.native(path) : path;
    const bytes = await readRegularFile(real, { maxBytes });
    if (bytes !== undefined) return decode(path, bytes);
    if (look(real) === undefined) return undefined;
    throw corrupt(path, "is not a regular file");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    const failed = toCoworkError(error);
    if (failed.code === "FILE_TOO_LARGE") throw corrupt(path, `is larger than ${maxBytes} bytes`, error);
    if (failed.code === "PERMISSION_DENIED") throw corrupt(path, "is not readable", error);
    throw failed;
  }
}

/** Synchronous, because every command runs this and Node's thread pool takes longer than the call itself. */
function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function refuseLinks(path: string): void {
  for (const part of [dirname(path), path]) {
    if (look(part)?.isSymbolicLink()) throw corrupt(part, "is a link, and cowork does not follow links in a project");
  }
}

function decode(path: string, bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw corrupt(path, "is not UTF-8 text");
  const text = Buffer.from(bytes).toString("utf8");
  if (text.includes("\0")) throw corrupt(path, "is not a text file");
  try {
    parseConf(text);
  } catch (error) {
    // `ini` accepts nearly everything but fails on a few lines, such as one that is just 'null'.
    throw corrupt(path, "cannot be parsed", error);
  }
  if (/^(<{7}|>{7}) /m.test(text)) throw corrupt(path, "has conflict markers of an unfinished merge");
  return text;
}

function corrupt(path: string, why: string, cause?: unknown): CoworkError {
  const hint = "fix the file, or move it away";
  return new CoworkError("CONFIG_FILE_CORRUPT", `${plain(path)} ${why}.`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}
