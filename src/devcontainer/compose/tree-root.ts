import { posix } from "node:path";
import { besidePath } from "../override/beside.ts";
import { joinTree } from "../source/tree-path.ts";
import type { Json } from "../types.ts";

/**
 * Stands in a resolved Compose configuration for the root of the tree it was taken from, until the session's clone takes its
 * place. A NUL can be in no path and in no text that Compose gives out, so that no repository can write it itself.
 */
export const treeRoot = "\0tree";

/** Stands for the session's folder for what the project mounts from beside itself. */
export const besideRoot = "\0beside";

/** Stands for the name that the clone's folder has inside, below a mounted parent folder. */
export const cloneName = "\0name";

/** What Compose takes for the project's name while it resolves; the session's own takes its place wherever it stands. */
export const planProject = "cowork-plan-project";

/** Where a host path of a resolved configuration leads. */
export type HostPath =
  /** into the tree; empty: its root */
  | { kind: "inside"; path: string }
  /** out of it, by a way that counts from its root: `..`, `../x` */
  | { kind: "beside"; path: string }
  | { kind: "absolute" };

export function locate(path: string): HostPath {
  if (path !== treeRoot && !path.startsWith(`${treeRoot}/`)) return { kind: "absolute" };
  const rest = path.slice(treeRoot.length).replace(/^\/+/, "");
  const inside = joinTree("", rest);
  if (inside !== undefined) return { kind: "inside", path: inside };
  return { kind: "beside", path: besidePath(rest) ?? ".." };
}

/** Path inside the tree (empty: its root); undefined when it lies outside. */
export function pathInTree(path: string): string | undefined {
  const found = locate(path);
  return found.kind === "inside" ? found.path : undefined;
}

/** A path of a resolved configuration as the engine will see it: there Compose has doubled every `$`. */
export function unescaped(path: string): string {
  return path.replaceAll("$$", () => "$");
}

/** How deep the tree lies in its temporary folder: a relative path that leads out of it still shows how far. */
export const treeDepth = 8;

/**
 * A text with `treeRoot` in place of the folder that Compose was run in, wherever a path of it stands; folders above it, as far as
 * they are ours, become ways that count from it.
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

/** Not where the name goes on: `/t/tree` is no part of `/t/trees`. */
function replacePath(text: string, from: string, to: string): string {
  const parts = text.split(from);
  return parts.reduce((whole, part) => whole + (/^[\w.-]/.test(part) ? from : to) + part);
}

/** What a session puts in place of what stands for it. */
export interface Place {
  clone: string;
  beside: string;
  /** name of the clone's folder below a mounted parent folder */
  name: string;
  composeProject: string;
}

/** A resolved value on a session's clone. Compose reads it once more: a `$` of the path is no variable. */
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

/** A text for people, in which nothing stands for something else: paths as they count from the root, also those within JSON. */
export function withoutMarks(text: string): string {
  return text
    .replace(/(?:\0|\\u0000)tree(\/?)/g, (_, slash: string) => (slash === "" ? "." : "./"))
    .replace(/(?:\0|\\u0000)name/g, "<session>")
    .replaceAll(planProject, "<session>");
}
