import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { toCoworkError } from "../errors.ts";
import { errorCode } from "./files/open-folder.ts";
import type { Paths } from "./paths.ts";
import { readSmallFile } from "./files/small-file.ts";

type OfHome = Pick<Paths, "home" | "homeId" | "pathHash">;

/**
 * The random id of this cowork home, for labels. It is random because a repository could put a computable id into an image's
 * labels. Created on first use; of two processes at the same time, the second uses the id of the first.
 * @returns 32 hex digits
 * @throws PERMISSION_DENIED, DISK_FULL
 */
export function homeId(paths: OfHome): string {
  return readHomeId(paths) ?? makeHomeId(paths);
}

/** Reads the id; undefined if this home has none yet. */
export function readHomeId({ homeId: file }: OfHome): string | undefined {
  const text = readSmallFile(file, { maxBytes: 1024 })?.toString("utf8").trim();
  return text !== undefined && /^[0-9a-f]{32}$/.test(text) ? text : undefined;
}

/** All values of the label `cowork.home` that mean this home: its id, and the hash that was used before homes had ids. */
export function homeLabels(paths: OfHome): string[] {
  const id = readHomeId(paths);
  return id === undefined ? [paths.pathHash] : [id, paths.pathHash];
}

/** Whether the file may be replaced: it is damaged (sessions keep the id in their records), or hard links are not supported. */
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
  if (made === undefined) throw new Error(`${file} is not a regular file`);
  return made;
}
