import { posix } from "node:path";

/**
 * What a configuration mounts from beside the project (`../data`) is a folder of the session's own: beside a session's clone lie
 * the other sessions, two sessions must not write to one database, and on another host there is nothing beside the project.
 */

/** A path that counts from the clone and leads out of it, in the form that all of cowork uses; undefined for any other. */
export function besidePath(path: string): string | undefined {
  const way = posix.normalize(path).replace(/\/$/, "");
  return way === ".." || way.startsWith("../") ? way : undefined;
}

/**
 * Where it lies in the session's folder for such things (`paths.beside`): `../data/db` at `1/data/db`, `../../x` at `2/x`. The
 * number keeps apart what lies beside the project and what lies further up.
 */
export function besideFolder(path: string): string {
  const parts = path.split("/");
  const up = parts.filter((part) => part === "..").length;
  return [String(up), ...parts.slice(up)].join("/");
}
