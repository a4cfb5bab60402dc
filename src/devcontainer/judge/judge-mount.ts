import { besidePath } from "../override/beside.ts";
import { parseMount } from "../override/mount-text.ts";
import { joinTree } from "../source/tree-path.ts";
import { judgeTarget } from "./judge-target.ts";
import type { Verdict } from "./verdict.ts";

export const unclear = "cannot be parsed reliably, so it may have any effect";
const outside = "gives the container a folder of the host outside the session's clone";
/** Options of `--mount` that do not change what the container gets of the host. */
const harmlessFields = new Set([
  "readonly",
  "consistency",
  "volume-nocopy",
  "volume-label",
  "tmpfs-size",
  "tmpfs-mode",
  "bind-nonrecursive",
  "bind-recursive",
]);

const harmlessModes = new Set(["", "ro", "rw", "z", "Z", "nocopy", "cached", "consistent", "delegated"]);

/** Judges `type=…,source=…,target=…` of `mounts`, `workspaceMount` and `--mount`. */
export function judgeMount(verdict: Verdict, where: string, text: string): void {
  const mount = parseMount(text);
  if (mount === undefined) return verdict.add(where, text, unclear);
  const { type, source, target, rest } = mount;
  const unexpected = [...rest.keys()].find((name) => !harmlessFields.has(name));
  if (unexpected !== undefined) {
    const why =
      unexpected === "external" ? "is a volume that is shared with others" : "has options that can reach the host";
    verdict.add(where, text, why);
  }
  // Compose writes it as `source:target`.
  if (target === "" || target.includes(":")) return verdict.add(where, text, unclear);
  judgeTarget(verdict, where, text, target);
  if (type === "tmpfs" && source === "") return;
  if (type === "bind") return judgeBind(verdict, where, text, source);
  if (type === "volume") return judgeVolumeName(verdict, where, text, source);
  verdict.add(where, text, "is a mount type that cowork does not support");
}

/** Judges `[source:]target[:options]` of `--volume`. */
export function judgeVolumeFlag(verdict: Verdict, where: string, text: string): void {
  const parts = splitOutsideVariables(text);
  const [first = "", second, options = "", ...more] = parts;
  if (/\p{Cc}/u.test(text) || more.length > 0 || first === "") return verdict.add(where, text, unclear);
  judgeTarget(verdict, where, text, second ?? first);
  if (second === undefined) return first.startsWith("/") ? undefined : verdict.add(where, text, unclear);
  const unexpected = options.split(",").find((mode) => !harmlessModes.has(mode));
  if (unexpected !== undefined) verdict.add(where, text, "has options that can reach the host");
  if (isVolumeName(first)) return;
  judgeBind(verdict, where, text, first);
}

function judgeBind(verdict: Verdict, where: string, text: string, source: string): void {
  const path = clonePath(source);
  if (path !== undefined) return verdict.bind(path);
  const beside = besideClonePath(source);
  if (beside !== undefined) return verdict.bind(beside);
  verdict.add(
    where,
    text,
    reachesEngine(source) ? "gives the container access to the Docker Engine, and so to the host" : outside,
  );
}

function judgeVolumeName(verdict: Verdict, where: string, text: string, source: string): void {
  if (source === "" || isVolumeName(source)) return;
  verdict.add(where, text, unclear);
}

function reachesEngine(source: string): boolean {
  return /docker\.sock|containerd\.sock|podman\.sock|\/run\/docker|\/var\/run\/?$|\/run\/?$/.test(source);
}

/** Variables that @devcontainers/cli replaces, with values that the project cannot choose. */
export const ownVariables = /\$\{(devcontainerId|localWorkspaceFolderBasename)\}/g;

/** Is this a name that docker reads as a volume and never as a path? */
export function isVolumeName(text: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(text.replace(ownVariables, "x"));
}

/**
 * Returns a source below `${localWorkspaceFolder}` as a path in the clone (empty for its root). Returns undefined if it is outside,
 * or has another variable, which could lead anywhere.
 */
export function clonePath(source: string): string | undefined {
  const [, rest] = /^\$\{localWorkspaceFolder\}(\/[^$\\\p{Cc}]*|)$/u.exec(source) ?? [];
  return rest === undefined ? undefined : joinTree("", rest.replace(/^\/+/, ""));
}

/**
 * Returns a source that leads out of the clone as a path relative to the clone, such as `../data`, and undefined for all others.
 */
export function besideClonePath(source: string): string | undefined {
  const [, rest] = /^\$\{localWorkspaceFolder\}\/([^$\\\p{Cc}]*)$/u.exec(source) ?? [];
  return rest === undefined ? undefined : besidePath(rest.replace(/^\/+/, ""));
}

/** The parent folder of the project. `rewrite.ts` mounts only the clone, at the path where it would be. */
export function isCloneParent(source: string): boolean {
  return besideClonePath(source) === "..";
}

/** Splits at colons, but not at those within `${localEnv:NAME:default}`. */
export function splitOutsideVariables(text: string): string[] {
  const parts = [""];
  for (const piece of text.split(/(\$\{.*?\}|:)/)) {
    if (piece === ":") parts.push("");
    else parts.push(`${parts.pop() ?? ""}${piece}`);
  }
  return parts;
}
