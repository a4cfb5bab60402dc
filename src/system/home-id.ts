import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { toCoworkError } from "../errors.ts";
import { errorCode } from "./files/open-folder.ts";
import type { Paths } from "./paths.ts";
import { readSmallFile } from "./files/small-file.ts";

type OfHome = Pick<Paths, "home" | "homeId" | "pathHash">;

/**
 * The random id of this cowork home, which stands for it in labels: what a repository could compute, it could put into an image's
 * labels. Made on first use; whoever comes second takes what the first one made.
 * @returns 32 hex digits
 * @throws PERMISSION_DENIED, DISK_FULL
 */
export function homeId(paths: OfHome): string {
  return readHomeId(paths) ?? makeHomeId(paths);
}

/** The id, where this home has one already; nothing is made. */
export function readHomeId({ homeId: file }: OfHome): string | undefined {
  const text = readSmallFile(file, { maxBytes: 1024 })?.toString("utf8").trim();
  return text !== undefined && /^[0-9a-f]{32}$/.test(text) ? text : undefined;
}

/** Every value that `cowork.home` may have on what is this home's: its id, and the hash that stood there before homes had ids. */
export function homeLabels(paths: OfHome): string[] {
  const id = readHomeId(paths);
  return id === undefined ? [paths.pathHash] : [id, paths.pathHash];
}

/** The file is damaged (sessions keep the id that stands in their records), or the file system has no hard links. */
function mayReplace(paths: OfHome, error: unknown): boolean {
  const code = errorCode(error) ?? "";
  return readHomeId(paths) === undefined && ["EEXIST", "EPERM", "ENOSYS", "EOPNOTSUPP", "ENOTSUP"].includes(code);
}

function makeHomeId(paths: OfHome): string {
  const { home, homeId: file } = paths;
  const temporary = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600, flag: "wx", flush: true });
    try {
      linkSync(temporary, file);
    } catch (error) {
      if (!mayReplace(paths, error)) throw error;
      renameSync(temporary, file);
    }
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw toCoworkError(error);
  } finally {
    rmSync(temporary, { force: true });
  }
  const made = readHomeId(paths);
  if (made === undefined) throw new Error(`${file} is no regular file`);
  return made;
}
