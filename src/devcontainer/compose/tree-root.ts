import { posix } from "node:path";
import { besidePath } from "../override/beside.ts";
import { joinTree } from "../source/tree-path.ts";
import type { Json } from "../types.ts";

/**
 * Placeholder in a resolved Compose configuration for the root of the tree that it comes from; it is replaced by the session's
 * clone. It has a NUL, which no path and no text from Compose can contain, so a repository cannot forge it.
 */
export const treeRoot = "\0tree";

/** Placeholder for the session's folder that replaces folders next to the project. */
export const besideRoot = "\0beside";

/** Placeholder for the name of the clone's folder below a mounted parent folder. */
export const cloneName = "\0name";

/** The project name that Compose uses while it resolves the configuration. The session's own name replaces it everywhere. */
export const planProject = "cowork-plan-project";

/** Where a host path of a resolved configuration leads. */
export type HostPath =
  /** into the tree; empty for its root */
  | { kind: "inside"; path: string }
  /** out of the tree, by a path relative to its root: `..`, `../x` */
  | { kind: "beside"; path: string }
  | { kind: "absolute" };

export function locate(path: string): HostPath {
  if (path !== treeRoot && !path.startsWith(`${treeRoot}/`)) return { kind: "absolute" };
  const rest = path.slice(treeRoot.length).replace(/^\/+/, "");
  const inside = joinTree("", rest);
  if (inside !== undefined) return { kind: "inside", path: inside };
  return { kind: "beside", path: besidePath(rest) ?? ".." };
}

/** Returns the path inside the tree (empty for its root), or undefined if it is outside. */
export function pathInTree(path: string): string | undefined {
  const found = locate(path);
  return found.kind === "inside" ? found.path : undefined;
}

/** Turns a path of a resolved configuration into the one that the engine sees: Compose has doubled every `$`. */
export function unescaped(path: string): string {
  return path.replaceAll("$$", () => "$");
}

/** Depth of the tree in its temporary folder, so that a relative path that leads out of it still shows how far. */
export const treeDepth = 8;

/**
 * Replaces the folder that Compose ran in with `treeRoot`, wherever it occurs in a text. Its parent folders, as far as they are
 * ours, become relative paths.
 */
export function toTree(text: string, folder: string): string {
  let result = text;
  let way = treeRoot;
  let place = folder;
  for (let up = 0; up <= treeDepth; up++) {
    result = replacePath(result, place, way);
    way += "/..";
    place = posix.dirname(place);
  }
  return result;
}

/** Replaces whole path segments only: `/t/tree` does not match within `/t/trees`. */
function replacePath(text: string, from: string, to: string): string {
  const parts = text.split(from);
  return parts.reduce((whole, part) => whole + (/^[\w.-]/.test(part) ? from : to) + part);
}

/** A session's values for the placeholders. */
export interface Place {
  clone: string;
  beside: string;
  /** name of the clone's folder below a mounted parent folder */
  name: string;
  composeProject: string;
}

/** Puts a session's values into a resolved configuration. Compose reads the result once more, so a `$` in a path is escaped. */
export function onClone(value: Json, place: Place): Json {
  const { clone, beside, name, composeProject } = place;
  const put = (text: string): string =>
    text
      .replaceAll(treeRoot, () => clone.replaceAll("$", () => "$$"))
      .replaceAll(besideRoot, () => beside.replaceAll("$", () => "$$"))
      .replaceAll(cloneName, () => name.replaceAll("$", () => "$$"))
      .replaceAll(planProject, () => composeProject);
  if (typeof value === "string") return put(value);
  if (Array.isArray(value)) return value.map((each) => onClone(each, place));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [put(key), onClone(each, place)]));
}

/** Renders a text for people: placeholders become relative paths, also within JSON. */
export function withoutMarks(text: string): string {
  return text
    .replace(/(?:\0|\\u0000)tree(\/?)/g, (_, slash: string) => (slash === "" ? "." : "./"))
    .replace(/(?:\0|\\u0000)name/g, "<session>")
    .replaceAll(planProject, "<session>");
}
