import { posix } from "node:path";

/**
 * Folders outside the project that a configuration mounts (`../data`) are replaced by folders of the session. Next to a session's
 * clone are other sessions, two sessions must not write to one database, and on another host the folders do not exist.
 */

/** Normalizes a path that leads out of the clone and is relative to it. Returns undefined for all other paths. */
export function besidePath(path: string): string | undefined {
  const way = posix.normalize(path).replace(/\/$/, "");
  return way === ".." || way.startsWith("../") ? way : undefined;
}

/**
 * Returns the path inside the session's folder for such mounts (`paths.beside`): `1/data/db` for `../data/db`, `2/x` for `../../x`.
 * The number is the number of levels up.
 */
export function besideFolder(path: string): string {
  const parts = path.split("/");
  const up = parts.filter((part) => part === "..").length;
  return [String(up), ...parts.slice(up)].join("/");
}
