import { posix } from "node:path";

/**
 * Resolves a relative path of a config file against the folder that it is relative to. Returns a path in the tree.
 * @param base folder in the tree, empty for its root
 * @returns empty for the root; undefined if the path is absolute or leaves the tree
 */
export function joinTree(base: string, path: string): string | undefined {
  if (path.startsWith("/") || path.includes("\0")) return undefined;
  const joined = posix.join(base === "" ? "." : base, path === "" ? "." : path).replace(/\/+$/, "");
  if (joined === "." || joined === "") return "";
  if (joined === ".." || joined.startsWith("../")) return undefined;
  return joined;
}

/** Returns the parent folder of the path, or empty for the root. */
export function treeFolder(path: string): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}

/** Is `path` the folder itself or inside it? */
export function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** Does a link at `path` with this target stay inside the folder? */
export function linkStaysWithin(path: string, target: string, folder: string): boolean {
  const end = joinTree(treeFolder(path), target);
  return end !== undefined && isWithin(end, folder);
}
