import { joinTree } from "../tree-path.ts";

/**
 * Stands in a resolved Compose configuration for the root of the tree it was taken from, until the session's clone takes its
 * place. A NUL can be in no path and in no text that Compose gives out, so that no repository can write it itself.
 */
export const treeRoot = "\0tree";

/**
 * An absolute path below the folder that Compose was run in, with `treeRoot` in that folder's place; also where it begins a
 * volume's short form (`/folder/x:/x:ro`). Everything else as it is.
 */
export function toTree(text: string, folder: string): string {
  const isBelow = text.startsWith(folder) && ["", "/", ":"].includes(text.charAt(folder.length));
  return isBelow ? treeRoot + text.slice(folder.length) : text;
}

/** Path inside the tree (empty: its root); undefined when it lies outside, also by way of `..`. */
export function pathInTree(path: string): string | undefined {
  if (path === treeRoot) return "";
  return path.startsWith(`${treeRoot}/`) ? joinTree("", path.slice(treeRoot.length + 1)) : undefined;
}

export function fromTree(path: string, clone: string): string {
  return path.startsWith(treeRoot) ? clone + path.slice(treeRoot.length) : path;
}
